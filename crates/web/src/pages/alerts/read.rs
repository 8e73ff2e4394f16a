//! Reads a page of alerts; a search reads so many for it and no more, and says from where to go on.

use store::{AlertFilter, KeptAlert, Urgency};

use crate::problem::Error;
use crate::state::App;
use crate::v2::{Lens, page};

/// Alerts on a page.
const ROWS: usize = 50;

/// Read at once while somebody searches.
const STRIDE: u32 = 500;

/// So often for one page: what is over can be more than anybody waits for.
const STRIDES: usize = 10;

/// A page of alerts, and after which place there may be more.
pub(super) async fn read(
    app: &App,
    lens: &Lens,
    filter: &AlertFilter,
    search: Option<&str>,
    mut after: Option<Urgency>,
) -> Result<(Vec<KeptAlert>, Option<Urgency>), Error> {
    let search = search.map(|text| text.trim().to_lowercase());
    let is_it = |kept: &KeptAlert| search.as_ref().is_none_or(|it| mentions(kept, it, lens));
    let limit = match search {
        Some(_) => STRIDE,
        None => u32::try_from(ROWS + 1).unwrap_or(STRIDE),
    };
    let mut found = Vec::new();
    for _ in 0..STRIDES {
        let read = app.store().urgent_alerts(filter, after, limit).await?;
        let all = read.len() < limit as usize;
        after = read.last().map(Urgency::of);
        found.extend(read.into_iter().filter(is_it));
        if found.len() > ROWS {
            found.truncate(ROWS);
            after = found.last().map(Urgency::of);
            break;
        }
        if all {
            return Ok((found, None));
        }
    }
    Ok((found, after))
}

/// Whether an alert has the text, which is in small letters, in what one sees of it.
fn mentions(kept: &KeptAlert, text: &str, lens: &Lens) -> bool {
    let has = |name: &str| name.to_lowercase().contains(text);
    let product = kept.alert.facts.product();
    has(&kept.tenant_name)
        || has(kept.tenant.as_str())
        || product.is_some_and(|(id, part_number)| {
            has(part_number) || has(&lens.product(id, part_number))
        })
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
