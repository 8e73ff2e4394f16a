//! Licences as JSON and CSV for programs. A number that nobody gave is null or empty, never 0.

use domain::{Level, Units};
use serde_json::{Value, json};

use crate::rows::{Row, Seen, TenantRows};

/// One object a tenant, with its licences or with the cause why there are none.
pub(crate) fn json(tenants: &[TenantRows]) -> anyhow::Result<String> {
    let tenants: Vec<Value> = tenants.iter().map(tenant).collect();
    Ok(serde_json::to_string_pretty(
        &json!({ "tenants": tenants }),
    )?)
}

fn tenant(tenant: &TenantRows) -> Value {
    let (key, name) = (tenant.key.as_str(), &tenant.name);
    match &tenant.seen {
        Ok(Seen {
            as_of,
            rows,
            remarks,
        }) => json!({
            "tenant": key,
            "name": name,
            "as_of": as_of.to_string(),
            "licenses": rows.iter().map(license).collect::<Vec<_>>(),
            "remarks": remarks,
            "gap": null,
        }),
        Err(gap) => json!({
            "tenant": key,
            "name": name,
            "as_of": null,
            "licenses": null,
            "remarks": [],
            "gap": {
                "cause": gap.cause.as_str(),
                "message": gap.message,
                "advice": gap.advice,
                "at": gap.at.to_string(),
            },
        }),
    }
}

fn license(row: &Row) -> Value {
    let Units {
        enabled,
        warning,
        suspended,
        locked_out,
        consumed,
    } = row.units;
    let unknown = match row.level {
        Some(Level::Unknown(why)) => Some(why.to_string()),
        _ => None,
    };
    json!({
        "sku_id": row.sku_id.to_string(),
        "part_number": row.part_number,
        "product": row.product,
        "level": row.level.map(Level::as_str),
        "unknown_because": unknown,
        "excluded_from_alerts": row.quiet,
        "units": {
            "enabled": enabled,
            "warning": warning,
            "suspended": suspended,
            "locked_out": locked_out,
            "consumed": consumed,
            "assignable": row.units.assignable(),
            "free": row.units.free(),
        },
        "trial": row.trial,
        "next_change": row.next_change.map(|at| at.to_string()),
    })
}

const COLUMNS: [&str; 18] = [
    "tenant",
    "name",
    "as_of",
    "sku_id",
    "part_number",
    "product",
    "level",
    "enabled",
    "warning",
    "suspended",
    "locked_out",
    "consumed",
    "assignable",
    "free",
    "next_change",
    "cause",
    "message",
    "advice",
];

/// One line a licence; a tenant that was not seen has one line with level `unknown` and its cause.
pub(crate) fn csv(tenants: &[TenantRows]) -> anyhow::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    for tenant in tenants {
        match &tenant.seen {
            Ok(seen) => {
                for row in &seen.rows {
                    out.write_record(line(tenant, &seen.as_of.to_string(), row))?;
                }
            }
            Err(gap) => out.write_record(unseen_line(tenant, gap))?,
        }
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

fn line(tenant: &TenantRows, as_of: &str, row: &Row) -> [String; COLUMNS.len()] {
    let Units {
        enabled,
        warning,
        suspended,
        locked_out,
        consumed,
    } = row.units;
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    [
        tenant.key.to_string(),
        text(&tenant.name),
        as_of.to_owned(),
        row.sku_id.to_string(),
        text(&row.part_number),
        text(&row.product),
        row.level
            .map_or_else(String::new, |level| level.to_string()),
        number(enabled),
        number(warning),
        number(suspended),
        number(locked_out),
        number(consumed),
        number(row.units.assignable()),
        number(row.units.free()),
        row.next_change
            .map_or_else(String::new, |at| at.to_string()),
        String::new(),
        String::new(),
        String::new(),
    ]
}

fn unseen_line(tenant: &TenantRows, gap: &domain::Gap) -> [String; COLUMNS.len()] {
    let mut line = [const { String::new() }; COLUMNS.len()];
    line[0] = tenant.key.to_string();
    line[1] = text(&tenant.name);
    line[6] = "unknown".to_owned();
    line[15] = gap.cause.to_string();
    line[16] = text(&gap.message);
    line[17] = text(&gap.advice);
    line
}

/// A text from outside must not become a formula when a person opens the file in Excel.
fn text(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}
