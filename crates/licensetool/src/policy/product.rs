//! Which company, tenant or product a person means.

use anyhow::bail;
use domain::{Scope, Sku, SkuId, TenantKey};
use store::Store;

use crate::config::meant;
use crate::stored::unknown_tenant;

/// For what rules are shown or set.
pub(super) struct Place {
    pub(super) scope: Scope,
    /// The product; one of which nothing is known where it is about no product.
    pub(super) sku: Sku,
}

impl Place {
    /// For a sentence.
    pub(super) fn name(&self) -> String {
        match &self.scope {
            Scope::Company => "the company".to_owned(),
            Scope::Tenant(tenant) => format!("the tenant {tenant}"),
            Scope::Sku(tenant, id) if self.sku.part_number.is_empty() => {
                format!("{id} of {tenant}")
            }
            Scope::Sku(tenant, _) => format!("{} of {tenant}", self.sku.part_number),
        }
    }
}

pub(super) async fn place(
    store: &Store,
    tenant: Option<TenantKey>,
    sku: Option<&str>,
) -> anyhow::Result<Place> {
    let no_product = || Sku::unseen(SkuId::from_part_number(""), "");
    let Some(tenant) = tenant else {
        return Ok(Place {
            scope: Scope::Company,
            sku: no_product(),
        });
    };
    let Some(state) = store.state(&tenant).await? else {
        bail!(unknown_tenant::sentence(store, &tenant).await?);
    };
    let Some(text) = sku else {
        return Ok(Place {
            scope: Scope::Tenant(tenant),
            sku: no_product(),
        });
    };
    let skus = state
        .snapshot
        .map_or_else(Vec::new, |snapshot| snapshot.skus);
    let sku = product(&tenant, &skus, text)?;
    Ok(Place {
        scope: Scope::Sku(tenant, sku.id),
        sku,
    })
}

/// By id, also one that was never seen; by part number, if it is one product's alone.
fn product(tenant: &TenantKey, skus: &[Sku], text: &str) -> anyhow::Result<Sku> {
    if let Ok(id) = text.parse().map(SkuId) {
        let known = skus.iter().find(|sku| sku.id == id);
        return Ok(known.cloned().unwrap_or_else(|| Sku::unseen(id, "")));
    }
    let same = |sku: &&Sku| sku.part_number.eq_ignore_ascii_case(text);
    let found: Vec<&Sku> = skus.iter().filter(same).collect();
    match found.as_slice() {
        [only] => Ok(Sku::clone(only)),
        [] => bail!("{tenant} has no product {text}{}", instead(skus, text)),
        several => {
            let ids: Vec<String> = several.iter().map(|sku| sku.id.to_string()).collect();
            bail!(
                "{tenant} has several products {text}: name one by its id, {}",
                ids.join(" or ")
            )
        }
    }
}

fn instead(skus: &[Sku], text: &str) -> String {
    let names: Vec<&str> = skus.iter().map(|sku| sku.part_number.as_str()).collect();
    match meant(&text.to_uppercase(), &names) {
        Some(meant) => format!("; did you mean {meant}?"),
        None if names.is_empty() => {
            "; nothing was seen of it yet, so name one by its id".to_owned()
        }
        None => format!("; it has {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_found_by_id_or_by_part_number() {
        let tenant = TenantKey::parse("a").unwrap();
        let sku = |id: &str, part_number| Sku::unseen(SkuId::from_part_number(id), part_number);
        let skus = [
            sku("1", "ENTERPRISEPACK"),
            sku("2", "MCOPSTN5"),
            sku("3", "MCOPSTN5"),
        ];
        let found = |text: &str| match product(&tenant, &skus, text) {
            Ok(sku) => sku.id.to_string(),
            Err(error) => error.to_string(),
        };
        let [first, second, third] = [0, 1, 2].map(|i| skus[i].id.to_string());
        assert_eq!(found("enterprisepack"), first);
        assert_eq!(found(&second), second);
        let stranger = SkuId::from_part_number("stranger").to_string();
        assert_eq!(found(&stranger), stranger);
        let several = "a has several products MCOPSTN5: name one by its id, ";
        assert_eq!(found("MCOPSTN5"), format!("{several}{second} or {third}"));
        let typing_error = "a has no product enterprispack; did you mean ENTERPRISEPACK?";
        assert_eq!(found("enterprispack"), typing_error);
        let none = "a has no product x; it has ENTERPRISEPACK, MCOPSTN5, MCOPSTN5";
        assert_eq!(found("x"), none);
    }
}
