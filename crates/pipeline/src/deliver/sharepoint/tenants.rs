//! The part of a sync that is about the tenant list and the parameter list: what people set there
//! is taken over, what was set here is written.

use std::collections::BTreeMap;

use graph::{Item, Write};
use store::ChannelClaim;
use tokio_util::sync::CancellationToken;

use super::switches::Switch;
use super::{
    BATCH, Deliverer, Ended, Lists, Outcome, PARAMETER_COLUMNS, Sharepoint, is_worth_a_look, rows,
    switches,
};

impl Deliverer {
    pub(super) async fn take_over_parameters(&self, sharepoint: &Sharepoint) -> Result<(), Ended> {
        let Some(list) = &sharepoint.lists.parameters else {
            return Ok(());
        };
        let items = sharepoint.site.items(list, &PARAMETER_COLUMNS).await?.items;
        let [name, value] = PARAMETER_COLUMNS;
        let pair = |item: Item| {
            (
                rows::text(&item.fields, name),
                rows::text(&item.fields, value),
            )
        };
        let pairs: BTreeMap<String, String> = items
            .into_iter()
            .map(pair)
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let pairs: Vec<_> = pairs.into_iter().collect();
        self.store.set_parameters(&sharepoint.name, &pairs).await?;
        Ok(())
    }

    /// Takes over and writes switches. Answers whether the list must be read again.
    pub(super) async fn tenants(
        &self,
        sharepoint: &Sharepoint,
        claim: &mut ChannelClaim,
        outcome: &mut Outcome,
        stop: &CancellationToken,
    ) -> Result<bool, Ended> {
        let Lists {
            tenants: list,
            tenant_columns: columns,
            ..
        } = &sharepoint.lists;
        let items = sharepoint.site.items(list, &columns.all()).await?.items;
        let tenants = self.store.tenants().await?;
        let agreed = self.store.agreed(&sharepoint.name).await?;
        let found = switches::compare(&items, &tenants, &agreed, columns);
        outcome.remarks.extend(found.remarks);
        let (to_write, agreeing): (Vec<_>, Vec<_>) = found
            .switches
            .into_iter()
            .partition(|it| it.write.is_some());
        // What needs no write is taken over first: writing may take long.
        let mut again = false;
        for switch in &agreeing {
            let is_known = agreed.get(&switch.tenant) == Some(&switch.agreed);
            if !is_known || switch.agreed.settings != switch.ours {
                again |= !self.agree(sharepoint, switch).await?;
            }
        }
        for chunk in to_write.chunks(BATCH) {
            let writes: Vec<Write> = chunk.iter().filter_map(|it| it.write.clone()).collect();
            let switches = chunk.iter();
            let switches = switches.map(|it| (it.tenant.clone(), it.agreed.settings));
            let switches: Vec<_> = switches.collect();
            self.store
                .about_to_write(&sharepoint.name, &switches)
                .await?;
            let written = self.write(sharepoint, list, &writes, claim, stop).await?;
            for (switch, written) in chunk.iter().zip(written) {
                match written {
                    Ok(_) => again |= !self.agree(sharepoint, switch).await?,
                    Err(error) if is_worth_a_look(&error) => again = true,
                    Err(error) => outcome.remarks.push(format!(
                        "the row of {} in the tenant list was not written: {error}. {}",
                        switch.tenant,
                        error.advice()
                    )),
                }
            }
        }
        Ok(again)
    }

    /// `false`: somebody has switched the tenant since it was compared.
    async fn agree(&self, sharepoint: &Sharepoint, switch: &Switch) -> store::Result<bool> {
        let (name, now) = (&sharepoint.name, (self.clock)());
        let Switch {
            tenant,
            agreed,
            ours,
            ..
        } = switch;
        self.store.agree(name, tenant, agreed, *ours, now).await
    }
}
