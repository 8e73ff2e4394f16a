//! All rules that people have made, so that the one for a product of a tenant can be found.

use std::collections::HashMap;

use crate::{Layer, Policy, Sku, SkuId, TenantKey, effective};

/// Which products and tenants a layer of rules is for, from the general to the particular.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Company,
    Tenant(TenantKey),
    Sku(TenantKey, SkuId),
}

/// The layers over the built-in policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// What the configuration says.
    configured: Layer,
    layers: HashMap<Scope, Layer>,
}

impl Policies {
    /// What the configuration says for the whole company; layers that people set stand over it.
    pub fn new(configured: Layer) -> Self {
        Self {
            configured,
            layers: HashMap::new(),
        }
    }

    pub fn set(&mut self, scope: Scope, layer: Layer) {
        self.layers.insert(scope, layer);
    }

    /// The policy for a product of a tenant.
    pub fn effective(&self, tenant: &TenantKey, sku: &Sku) -> Policy {
        let of_sku = self.layer(&Scope::Sku(tenant.clone(), sku.id));
        let [configured, company, of_tenant] = self.general(tenant);
        effective(sku, &[configured, company, of_tenant, of_sku])
    }

    /// The policy for a tenant as a whole.
    pub fn of_tenant(&self, tenant: &TenantKey) -> Policy {
        let layers = self.general(tenant).into_iter();
        layers.fold(Policy::BUILT_IN, |policy, layer| layer.over(policy))
    }

    fn general(&self, tenant: &TenantKey) -> [Layer; 3] {
        [
            self.configured,
            self.layer(&Scope::Company),
            self.layer(&Scope::Tenant(tenant.clone())),
        ]
    }

    fn layer(&self, scope: &Scope) -> Layer {
        // Most installations have a handful of layers, and many products are asked about.
        if self.layers.is_empty() {
            return Layer::default();
        }
        self.layers.get(scope).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Exclusion, Threshold};

    fn low(seats: i64) -> Layer {
        Layer {
            low: Some(Threshold::Seats(seats)),
            ..Layer::default()
        }
    }

    #[test]
    fn the_particular_wins_over_the_general() {
        let key = |text| TenantKey::parse(text).unwrap();
        let sku = |part_number| Sku::unseen(SkuId::from_part_number(part_number), part_number);
        let mut policies = Policies::new(low(1));
        let check = |policies: &Policies, expected: [i64; 4]| {
            let of = |tenant, part_number| policies.effective(&key(tenant), &sku(part_number)).low;
            let found = [of("a", "A3"), of("a", "A5"), of("b", "A3"), of("b", "A5")];
            assert_eq!(found, expected.map(Threshold::Seats));
        };
        check(&policies, [1; 4]);
        policies.set(Scope::Company, low(2));
        check(&policies, [2; 4]);
        policies.set(Scope::Tenant(key("a")), low(3));
        check(&policies, [3, 3, 2, 2]);
        let id = SkuId::from_part_number("A3");
        policies.set(Scope::Sku(key("a"), id), low(4));
        check(&policies, [4, 3, 2, 2]);
        assert_eq!(policies.of_tenant(&key("a")).low, Threshold::Seats(3));
    }

    #[test]
    fn a_product_is_excluded_for_one_tenant_alone() {
        let (a, b) = (
            TenantKey::parse("a").unwrap(),
            TenantKey::parse("b").unwrap(),
        );
        let sku = Sku::unseen(SkuId::from_part_number("A3"), "A3");
        let mut policies = Policies::default();
        let hidden = Layer {
            exclusion: Some(Exclusion::Everywhere),
            ..Layer::default()
        };
        policies.set(Scope::Sku(a.clone(), sku.id), hidden);
        assert_eq!(
            policies.effective(&a, &sku).exclusion,
            Exclusion::Everywhere
        );
        assert_eq!(policies.effective(&b, &sku).exclusion, Exclusion::None);
    }
}
