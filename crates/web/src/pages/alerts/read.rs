//! Reads a page of alerts; a search finds names first, and then the alerts that are about them.

use domain::{SkuId, TenantKey};
use store::{About, AlertFilter, KeptAlert, Urgency};

use crate::overview::{Seen, overview};
use crate::problem::Error;
use crate::search::{Search, folded};
use crate::state::App;
use crate::v2::page;

/// Alerts on a page.
const ROWS: usize = 50;

/// A page of alerts, and after which place there are more.
pub(super) async fn read(
    app: &App,
    mut filter: AlertFilter,
    search: &Search,
    after: Option<Urgency>,
) -> Result<(Vec<KeptAlert>, Option<Urgency>), Error> {
    if !search.is_empty() {
        filter.about = about(app, &filter, search).await?;
        if filter.about.contains(&About::default()) {
            return Ok((Vec::new(), None));
        }
    }
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut alerts = app.store().urgent_alerts(&filter, after, limit).await?;
    let more = alerts.len() > ROWS;
    alerts.truncate(ROWS);
    let last = alerts.last().map(Urgency::of).filter(|_| more);
    Ok((alerts, last))
}

/// For each word whose names and keys have it, and which products' names and part numbers. A word
/// that all tenants have leaves nothing out.
async fn about(app: &App, filter: &AlertFilter, search: &Search) -> Result<Vec<About>, Error> {
    let grounds = app.basis().await?.grounds;
    let products = app.store().products().await?;
    let tenants = match &filter.tenant {
        // It may be gone, and is named all the same.
        Some(only) => {
            let tenant = app.store().tenant(only).await?;
            let name = tenant.map(|tenant| folded(&tenant.name));
            vec![(only.clone(), name.unwrap_or_default())]
        }
        None => {
            let overview = overview(app).await?;
            let named = |seen: &Seen| (seen.tenant.key.clone(), seen.folded.to_string());
            overview.by_name().map(named).collect()
        }
    };
    let mut found = Vec::new();
    for word in search.words() {
        let has =
            |(key, name): &&(TenantKey, String)| name.contains(word) || key.as_str().contains(word);
        let named = tenants.iter().filter(has);
        let named: Vec<_> = named.map(|(key, _)| key.clone()).collect();
        if named.len() == tenants.len() {
            continue;
        }
        let mut kept = app.overview();
        let mut has = |id: SkuId, part_number: &str| {
            let product = kept.product(&grounds, id, part_number);
            product.folded.contains(word)
        };
        let meant = products.iter().filter(|(id, name)| has(*id, name));
        let mut meant: Vec<_> = meant.map(|(id, _)| *id).collect();
        meant.dedup();
        found.push(About {
            tenants: named,
            products: meant,
        });
    }
    Ok(found)
}

/// The cursor's text for a place, and back.
pub(super) fn text(Urgency { rank, moment, id }: Urgency) -> String {
    format!("{rank}/{moment}/{id}")
}

pub(super) fn place(cursor: &str) -> Option<Urgency> {
    let text = page::plain(cursor)?;
    let mut numbers = text.splitn(3, '/').map(|part| part.parse().ok());
    Some(Urgency {
        rank: numbers.next()??,
        moment: numbers.next()??,
        id: numbers.next()??,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_survives_its_cursor(rank in 0..99_i64, moment: i64, id: i64) {
            let urgency = Urgency { rank, moment, id };
            prop_assert_eq!(place(&page::opaque(&text(urgency))), Some(urgency));
        }

        #[test]
        fn no_cursor_is_too_odd_to_be_refused(text in ".{0,60}") {
            let cursor = page::opaque(&text);
            prop_assert!(place(&cursor).is_none() || text.matches('/').count() == 2);
            prop_assert!(place(&text).is_none() || page::plain(&text).is_some());
        }
    }
}
