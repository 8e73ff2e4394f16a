//! Rows of the tenant list: switches that people set there or here, and the end of certificates.
//!
//! What the list and the store last agreed on is remembered. Whoever differs from it has changed
//! since; for a switch of two positions, both cannot have changed and differ. Where nothing is
//! remembered yet, the newer one wins.

use std::collections::BTreeMap;

use domain::{Settings, TenantKey};
use graph::{Field, Fields, Item, Write};
use jiff::{SignedDuration, Timestamp};
use store::{Agreed, Tenant};

use super::rows::{flag, text};

/// The internal names of the tenant list's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantColumns {
    /// The tenant's display name.
    pub name: String,
    pub enabled: String,
    pub monitoring: String,
    pub cert_expires: String,
}

impl TenantColumns {
    pub(crate) fn all(&self) -> [&str; 4] {
        [
            &self.name,
            &self.enabled,
            &self.monitoring,
            &self.cert_expires,
        ]
    }
}

/// What is to be done for one tenant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Switch {
    pub(crate) tenant: TenantKey,
    /// What both agree on, once `write` is done.
    pub(crate) agreed: Agreed,
    /// How it was switched here when both were compared.
    pub(crate) ours: Settings,
    /// What the store says and the list does not yet.
    pub(crate) write: Option<Write>,
}

/// What is to be done, and what an operator should know.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Switches {
    pub(crate) switches: Vec<Switch>,
    pub(crate) remarks: Vec<String>,
}

/// Compares the list with what the store says.
pub(crate) fn compare(
    items: &[Item],
    tenants: &[Tenant],
    agreed: &BTreeMap<TenantKey, Agreed>,
    columns: &TenantColumns,
) -> Switches {
    let mut found = Switches::default();
    for tenant in tenants {
        let known = agreed.get(&tenant.key);
        let mut rows: Vec<&Item> = items
            .iter()
            .filter(|item| is_of(item, tenant, known, columns))
            .collect();
        rows.sort_by_key(|item| (item.id.parse().unwrap_or(u64::MAX), item.id.as_str()));
        let Some(row) = rows.first() else {
            found.remarks.push(format!(
                "\"{}\" ({}) is not in the tenant list: add a row with this title, or its \
                 switches cannot be set there",
                tenant.name, tenant.key
            ));
            continue;
        };
        if rows.len() > 1 {
            found.remarks.push(format!(
                "\"{}\" ({}) stands {} times in the tenant list: only the row with id {} counts, \
                 delete the others",
                tenant.name,
                tenant.key,
                rows.len(),
                row.id
            ));
        }
        found.switches.push(switch(row, tenant, known, columns));
    }
    found
}

/// A row is a tenant's by its name; one that was renamed, by the row that both agreed on.
fn is_of(item: &Item, tenant: &Tenant, known: Option<&Agreed>, columns: &TenantColumns) -> bool {
    let name = text(&item.fields, &columns.name);
    let same = name.to_lowercase() == tenant.name.trim().to_lowercase();
    same || known.is_some_and(|known| known.item == item.id)
}

fn switch(row: &Item, tenant: &Tenant, known: Option<&Agreed>, columns: &TenantColumns) -> Switch {
    let ours = tenant.settings;
    // An empty column says nothing: it takes our word.
    let theirs = Settings {
        enabled: flag(&row.fields, &columns.enabled).unwrap_or(ours.enabled),
        monitoring: flag(&row.fields, &columns.monitoring).unwrap_or(ours.monitoring),
    };
    let agreed = match known.map(|known| base(known, theirs)) {
        Some(base) => Settings {
            enabled: merged(base.enabled, ours.enabled, theirs.enabled),
            monitoring: merged(base.monitoring, ours.monitoring, theirs.monitoring),
        },
        None if ours_is_newer(tenant.switched_at, row.modified_at) => ours,
        None => theirs,
    };
    let mut fields = Fields::new();
    for (column, value) in [
        (&columns.enabled, agreed.enabled),
        (&columns.monitoring, agreed.monitoring),
    ] {
        if flag(&row.fields, column) != Some(value) {
            fields.insert(column.clone(), Field::Flag(value));
        }
    }
    if let Some(certificate) = &tenant.certificate {
        let text = text(&row.fields, &columns.cert_expires);
        if !is_same_end(&text, certificate.ends) {
            let ends = Field::Text(certificate.ends.to_string());
            fields.insert(columns.cert_expires.clone(), ends);
        }
    }
    let update = || Write::Update {
        id: row.id.clone(),
        etag: row.etag.clone(),
        fields: fields.clone(),
    };
    Switch {
        tenant: tenant.key.clone(),
        agreed: Agreed {
            item: row.id.clone(),
            settings: agreed,
            writing: None,
        },
        ours,
        write: (!fields.is_empty()).then(update),
    }
}

/// A column may keep the day alone, at midnight of some time zone.
fn is_same_end(text: &str, ends: Timestamp) -> bool {
    const ABOUT_A_DAY: SignedDuration = SignedDuration::from_hours(36);
    let known: Option<Timestamp> = text.parse().ok();
    known.is_some_and(|known| known.duration_since(ends).abs() <= ABOUT_A_DAY)
}

/// What both agreed on. Where the list says what was about to be written to it, that was written,
/// or somebody wanted the same.
fn base(known: &Agreed, theirs: Settings) -> Settings {
    let Some(writing) = known.writing else {
        return known.settings;
    };
    let agreed = known.settings;
    let either = |agreed, writing, theirs| if theirs == writing { writing } else { agreed };
    Settings {
        enabled: either(agreed.enabled, writing.enabled, theirs.enabled),
        monitoring: either(agreed.monitoring, writing.monitoring, theirs.monitoring),
    }
}

/// Whoever has moved away from what was agreed on is right.
fn merged(base: bool, ours: bool, theirs: bool) -> bool {
    if ours == base { theirs } else { ours }
}

fn ours_is_newer(ours: Option<Timestamp>, theirs: Option<Timestamp>) -> bool {
    match (ours, theirs) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(ours), Some(theirs)) => ours >= theirs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Certificate;
    use proptest::prelude::*;

    fn minute(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-08-17T06:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    fn columns() -> TenantColumns {
        TenantColumns {
            name: "Title".to_owned(),
            enabled: "enabled".to_owned(),
            monitoring: "monitoring".to_owned(),
            cert_expires: "cert_expires".to_owned(),
        }
    }

    fn settings((enabled, monitoring): (bool, bool)) -> Settings {
        Settings {
            enabled,
            monitoring,
        }
    }

    fn tenant(ours: (bool, bool)) -> Tenant {
        Tenant {
            key: TenantKey::parse("a").unwrap(),
            name: "School A".to_owned(),
            tenant_id: "id".to_owned(),
            settings: settings(ours),
            removed_at: None,
            asked_at: None,
            seen_at: None,
            subscriptions_seen_at: None,
            changed_at: None,
            failures: 0,
            due_at: minute(0),
            gap: None,
            certificate: None,
            expected_since: minute(0),
            judged_at: None,
            switched_at: None,
            switched_by: None,
        }
    }

    fn row(id: &str, name: &str, (enabled, monitoring): (bool, bool)) -> Item {
        Item {
            id: id.to_owned(),
            etag: "\"1\"".to_owned(),
            modified_at: Some(minute(10)),
            fields: Fields::from([
                ("Title".to_owned(), Field::Text(name.to_owned())),
                ("enabled".to_owned(), Field::Flag(enabled)),
                ("monitoring".to_owned(), Field::Flag(monitoring)),
            ]),
        }
    }

    fn found(row: &Item, tenant: &Tenant, base: Option<(bool, bool)>, at: Option<i64>) -> Switch {
        let agreed = base.map(|base| Agreed {
            item: row.id.clone(),
            settings: settings(base),
            writing: None,
        });
        let key = &tenant.key;
        let agreed = agreed
            .map(|agreed| (key.clone(), agreed))
            .into_iter()
            .collect();
        let tenant = &Tenant {
            switched_at: at.map(minute),
            ..tenant.clone()
        };
        let tenants = std::slice::from_ref(tenant);
        let found = compare(std::slice::from_ref(row), tenants, &agreed, &columns());
        found.switches.into_iter().next().unwrap()
    }

    proptest! {
        #[test]
        fn whoever_changed_a_switch_is_right(
            base: (bool, bool), ours: (bool, bool), theirs: (bool, bool),
        ) {
            let found = found(&row("1", "School A", theirs), &tenant(ours), Some(base), None);
            let right = |base: bool, ours: bool, theirs: bool| {
                if ours != base { ours } else { theirs }
            };
            let expected = (right(base.0, ours.0, theirs.0), right(base.1, ours.1, theirs.1));
            prop_assert_eq!(found.agreed.settings, settings(expected));
            prop_assert_eq!(found.ours, settings(ours));
            prop_assert_eq!(found.write.is_some(), expected != theirs);
        }
    }

    #[test]
    fn what_a_killed_worker_wrote_is_not_taken_for_a_change() {
        let list = row("1", "School A", (true, true));
        let mut known = Agreed {
            item: "1".to_owned(),
            settings: settings((false, true)),
            writing: None,
        };
        let tenant = tenant((false, true));
        let taken = |known: &Agreed| {
            switch(&list, &tenant, Some(known), &columns())
                .agreed
                .settings
        };
        assert_eq!(taken(&known), settings((true, true)));
        known.writing = Some(settings((true, true)));
        assert_eq!(
            taken(&known),
            settings((false, true)),
            "it was switched on here, and off again since"
        );
    }

    #[test]
    fn at_first_the_newer_one_wins() {
        let check = |at, expected: (bool, bool)| {
            let list = row("1", "School A", (true, false));
            let found = found(&list, &tenant((false, true)), None, at);
            assert_eq!(found.agreed.settings, settings(expected), "{at:?}");
        };
        check(None, (true, false));
        check(Some(9), (true, false));
        check(Some(10), (false, true));
        check(Some(11), (false, true));
    }

    #[test]
    fn an_empty_column_takes_our_word() {
        let mut list = row("1", "school a ", (true, true));
        list.fields.remove("monitoring");
        let found = found(&list, &tenant((true, false)), None, None);
        assert_eq!(found.agreed.settings, settings((true, false)));
        let Some(Write::Update { fields, .. }) = found.write else {
            panic!("the list does not say it")
        };
        assert_eq!(fields["monitoring"], Field::Flag(false));
    }

    #[test]
    fn the_end_of_the_certificate_is_written_once() {
        let mut tenant = tenant((true, true));
        tenant.certificate = Some(Certificate {
            thumbprint: "AB".to_owned(),
            ends: minute(500),
        });
        let mut list = row("1", "School A", (true, true));
        let Some(Write::Update { fields, .. }) = found(&list, &tenant, None, None).write else {
            panic!("the list does not say it")
        };
        list.fields.extend(fields);
        assert_eq!(found(&list, &tenant, None, None).write, None);
        let other = Field::Text("2026-08-17T16:20:00.000+02:00".to_owned());
        list.fields.insert("cert_expires".to_owned(), other);
        assert_eq!(
            found(&list, &tenant, None, None).write,
            None,
            "the same moment"
        );
    }

    #[test]
    fn what_is_missing_or_twice_is_told() {
        let compare = |items: &[Item]| {
            let none = BTreeMap::new();
            compare(items, &[tenant((true, true))], &none, &columns())
        };
        let missing = compare(&[row("1", "Another", (true, true))]);
        assert_eq!(missing.switches, []);
        assert!(missing.remarks[0].contains("not in the tenant list"));
        let twice = compare(&[
            row("10", "School A", (true, true)),
            row("9", "School A", (false, true)),
        ]);
        assert_eq!(twice.switches[0].agreed.item, "9");
        assert!(twice.remarks[0].contains("stands 2 times"), "{twice:?}");
    }

    #[test]
    fn a_renamed_tenant_keeps_its_row() {
        let mut renamed = tenant((true, true));
        renamed.name = "New Name".to_owned();
        let list = row("7", "School A", (true, false));
        let found = found(&list, &renamed, Some((true, true)), None);
        assert_eq!(found.agreed.settings, settings((true, false)));
    }
}
