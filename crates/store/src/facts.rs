//! How the numbers behind an alert are written down: JSON that holds what the domain's values hold.

use domain::{Cause, Facts, NextChange, Outlook, Purchase, Seats, SkuId, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::document::{columns, time, units};
use crate::{Error, Result};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    Seats(SeatsRow),
    Purchase(PurchaseRow),
    Certificate {
        ends: i64,
    },
    Unseen {
        seen_at: Option<i64>,
        cause: Option<String>,
        message: String,
        advice: String,
    },
    NumberMissing {
        sku_id: Uuid,
        part_number: String,
        field: String,
    },
}

#[derive(Serialize, Deserialize)]
struct SeatsRow {
    sku_id: Uuid,
    part_number: String,
    /// enabled, warning, suspended, locked out, consumed
    units: [Option<i64>; 5],
    low_at: i64,
    next: Option<NextRow>,
}

#[derive(Serialize, Deserialize)]
struct NextRow {
    at: i64,
    total: Option<i64>,
    outlook: String,
}

#[derive(Serialize, Deserialize)]
struct PurchaseRow {
    sku_id: Uuid,
    part_number: String,
    status: Option<String>,
    total: Option<i64>,
    next: i64,
    outlook: String,
    unused: Option<i64>,
    free_without: Option<i64>,
}

pub(crate) fn write(facts: &Facts) -> String {
    let row = match facts {
        Facts::Seats(seats) => Row::Seats(SeatsRow {
            sku_id: seats.sku_id.0,
            part_number: seats.part_number.clone(),
            units: columns(&seats.units),
            low_at: seats.low_at,
            next: seats.next.as_ref().map(|next| NextRow {
                at: next.at.as_millisecond(),
                total: next.total,
                outlook: next.outlook.as_str().to_owned(),
            }),
        }),
        Facts::Purchase(purchase) => Row::Purchase(PurchaseRow {
            sku_id: purchase.sku_id.0,
            part_number: purchase.part_number.clone(),
            status: purchase.status.as_graph().map(str::to_owned),
            total: purchase.total,
            next: purchase.next.as_millisecond(),
            outlook: purchase.outlook.as_str().to_owned(),
            unused: purchase.unused,
            free_without: purchase.free_without,
        }),
        Facts::Certificate { ends } => Row::Certificate {
            ends: ends.as_millisecond(),
        },
        Facts::Unseen {
            seen_at,
            cause,
            message,
            advice,
        } => Row::Unseen {
            seen_at: seen_at.map(Timestamp::as_millisecond),
            cause: cause.map(|cause| cause.as_str().to_owned()),
            message: message.clone(),
            advice: advice.clone(),
        },
        Facts::NumberMissing {
            sku_id,
            part_number,
            field,
        } => Row::NumberMissing {
            sku_id: sku_id.0,
            part_number: part_number.clone(),
            field: field.clone(),
        },
    };
    serde_json::to_string(&row).expect("texts and numbers can always be written as JSON")
}

pub(crate) fn read(document: &str) -> Result<Facts> {
    let row = serde_json::from_str(document).map_err(|error| Error::corrupt("alert", error))?;
    Ok(match row {
        Row::Seats(row) => Facts::Seats(seats(row)?),
        Row::Purchase(row) => Facts::Purchase(purchase(row)?),
        Row::Certificate { ends } => Facts::Certificate { ends: time(ends)? },
        Row::Unseen {
            seen_at,
            cause,
            message,
            advice,
        } => Facts::Unseen {
            seen_at: seen_at.map(time).transpose()?,
            cause: cause
                .map(|word| known("cause", &word, Cause::from_word))
                .transpose()?,
            message,
            advice,
        },
        Row::NumberMissing {
            sku_id,
            part_number,
            field,
        } => Facts::NumberMissing {
            sku_id: SkuId(sku_id),
            part_number,
            field,
        },
    })
}

fn seats(row: SeatsRow) -> Result<Seats> {
    let next = |next: NextRow| -> Result<NextChange> {
        Ok(NextChange {
            at: time(next.at)?,
            total: next.total,
            outlook: known("outlook", &next.outlook, Outlook::from_word)?,
        })
    };
    Ok(Seats {
        sku_id: SkuId(row.sku_id),
        part_number: row.part_number,
        units: units(row.units),
        low_at: row.low_at,
        next: row.next.map(next).transpose()?,
    })
}

fn purchase(row: PurchaseRow) -> Result<Purchase> {
    Ok(Purchase {
        sku_id: SkuId(row.sku_id),
        part_number: row.part_number,
        status: Status::from_graph(row.status.as_deref()),
        total: row.total,
        next: time(row.next)?,
        outlook: known("outlook", &row.outlook, Outlook::from_word)?,
        unused: row.unused,
        free_without: row.free_without,
    })
}

/// A word of the domain, or why the row makes no sense.
pub(crate) fn known<T>(
    what: &'static str,
    word: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T> {
    read(word).ok_or_else(|| Error::corrupt("alert", format!("there is no {what} \"{word}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Units;

    fn check(facts: &Facts) {
        assert_eq!(&read(&write(facts)).unwrap(), facts);
    }

    #[test]
    fn facts_survive_the_way_in_and_out() {
        let at = Timestamp::from_second(1_786_000_000).unwrap();
        let sku_id = SkuId::from_part_number("A3");
        check(&Facts::Seats(Seats {
            sku_id,
            part_number: "A3".to_owned(),
            units: Units {
                enabled: Some(1),
                consumed: Some(3),
                ..Units::default()
            },
            low_at: 5,
            next: Some(NextChange {
                at,
                total: None,
                outlook: Outlook::Ends,
            }),
        }));
        check(&Facts::Purchase(Purchase {
            sku_id,
            part_number: "A3".to_owned(),
            status: Status::Other("Odd".to_owned()),
            total: Some(4),
            next: at,
            outlook: Outlook::Unknown,
            unused: Some(2),
            free_without: None,
        }));
        check(&Facts::Certificate { ends: at });
        check(&Facts::Unseen {
            seen_at: None,
            cause: Some(Cause::Denied),
            message: "m".to_owned(),
            advice: "a".to_owned(),
        });
        check(&Facts::NumberMissing {
            sku_id,
            part_number: "A3".to_owned(),
            field: "consumedUnits".to_owned(),
        });
    }

    #[test]
    fn a_document_that_makes_no_sense_is_told() {
        for odd in ["", "{}", r#"{"certificate":{"ends":9223372036854775807}}"#] {
            assert!(matches!(read(odd), Err(Error::Corrupt { .. })), "{odd}");
        }
    }
}
