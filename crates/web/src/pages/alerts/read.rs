//! Reads a page of alerts; a search finds names first, and then the alerts that are about them.

use store::{About, AlertFilter, KeptAlert, Urgency};

use crate::overview::overview;
use crate::problem::Error;
use crate::state::App;
use crate::v2::{Lens, page};

/// Alerts on a page.
const ROWS: usize = 50;

/// A page of alerts, and after which place there are more.
pub(super) async fn read(
    app: &App,
    lens: &Lens,
    filter: &AlertFilter,
    search: Option<&str>,
    after: Option<Urgency>,
) -> Result<(Vec<KeptAlert>, Option<Urgency>), Error> {
    let mut filter = filter.clone();
    if let Some(text) = search {
        match found(app, lens, &filter, &text.trim().to_lowercase()).await? {
            Found::Nothing => return Ok((Vec::new(), None)),
            Found::All => {}
            Found::Some(about) => filter.about = Some(about),
        }
    }
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut alerts = app.store().urgent_alerts(&filter, after, limit).await?;
    let more = alerts.len() > ROWS;
    alerts.truncate(ROWS);
    let last = alerts.last().map(Urgency::of).filter(|_| more);
    Ok((alerts, last))
}

/// What a text is found in.
enum Found {
    Nothing,
    Some(About),
    All,
}

/// Whose names and keys have the text, and which products' names and part numbers do.
async fn found(app: &App, lens: &Lens, filter: &AlertFilter, text: &str) -> Result<Found, Error> {
    let has = |name: &str| name.to_lowercase().contains(text);
    let products = app.store().products().await?.into_iter();
    let products = products
        .filter(|(id, part_number)| has(part_number) || has(&lens.product(*id, part_number)));
    let mut products: Vec<_> = products.map(|(id, _)| id).collect();
    products.dedup();
    let tenants = match &filter.tenant {
        // It may be gone, and is named all the same.
        Some(only) => {
            let tenant = app.store().tenant(only).await?;
            if tenant.is_some_and(|tenant| has(&tenant.name) || only.as_str().contains(text)) {
                return Ok(Found::All);
            }
            Vec::new()
        }
        None => {
            let overview = overview(app).await?;
            if overview.by_name().all(|seen| seen.has(text)) {
                return Ok(Found::All);
            }
            let named = overview.by_name().filter(|seen| seen.has(text));
            named.map(|seen| seen.tenant.key.clone()).collect()
        }
    };
    if tenants.is_empty() && products.is_empty() {
        return Ok(Found::Nothing);
    }
    Ok(Found::Some(About { tenants, products }))
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
