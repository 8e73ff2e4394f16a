//! What must be written so that the licence list is right: a pure comparison of what it says and
//! what it should say.

use std::collections::{BTreeMap, HashSet};

use domain::{SkuId, TenantKey};
use graph::Write;

use super::rows::{Inform, LicenseColumns, Row, Wanted};

/// Whose row a write is for.
pub(crate) type Target = (TenantKey, SkuId);

/// A write and whom it is for; `None`: a product that is gone.
pub(crate) type Planned = (Option<Target>, Write);

/// What is to be done, and what was noticed.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) writes: Vec<Planned>,
    /// Products of which the list asks to inform somebody, once the writes are done.
    pub(crate) asked: Vec<Target>,
    /// Products of which the list says that somebody was informed.
    pub(crate) informed: Vec<Target>,
    pub(crate) duplicates: Vec<Duplicate>,
    /// Some writes only take back what is to be asked anew: the list is to be read again after
    /// them.
    pub(crate) unfinished: bool,
    /// Rows of tenants that are not watched, or without a part number: left alone.
    pub(crate) strange: usize,
}

/// Rows that say the same thing twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub tenant: String,
    pub part_number: String,
    /// Ids of the rows that are kept up to date; the oldest.
    pub kept: Vec<String>,
    /// Ids of the others.
    pub surplus: Vec<String>,
}

/// Rows and wishes with the same tenant and part number. Part numbers are not unique: two
/// products with the same one have two rows with the same title.
#[derive(Default)]
struct Group<'a> {
    rows: Vec<&'a Row>,
    wanted: Vec<&'a Wanted>,
}

/// What the list should say.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    pub(crate) wanted: Vec<Wanted>,
    /// Names of the tenants of which every product stands in `wanted` or `hidden`.
    pub(crate) current: HashSet<String>,
    /// Names of tenants whose rows stay as they are: switched off, or never seen.
    pub(crate) resting: HashSet<String>,
    /// Products that a policy shows nowhere, by tenant's name and part number: their rows, if
    /// there are any, stay as they are.
    pub(crate) hidden: HashSet<(String, String)>,
    /// Products that tenants have or have had, likewise. A row of any other belongs to whoever
    /// made it.
    pub(crate) had: HashSet<(String, String)>,
}

/// Compares.
pub(crate) fn plan(rows: &[Row], wish: &Wish, columns: &LicenseColumns) -> Plan {
    let mut plan = Plan::default();
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    for it in &wish.wanted {
        let group = groups.entry((&it.tenant_name, &it.part_number));
        group.or_default().wanted.push(it);
    }
    for row in rows {
        match row.part_number() {
            Some(part_number) if wish.current.contains(&row.tenant) => {
                let group = groups.entry((&row.tenant, part_number));
                group.or_default().rows.push(row);
            }
            Some(_) if wish.resting.contains(&row.tenant) => {}
            _ => plan.strange += 1,
        }
    }
    for ((tenant, part_number), mut group) in groups {
        group.rows.sort_by_key(|row| row.age());
        group.wanted.sort_by_key(|it| it.sku);
        let product = (tenant.to_owned(), part_number.to_owned());
        if group.wanted.is_empty() && !wish.had.contains(&product) {
            plan.strange += group.rows.len();
            continue;
        }
        if group.wanted.is_empty() && !wish.hidden.contains(&product) {
            plan.writes
                .extend(group.rows.iter().filter_map(|row| gone(row, columns)));
        }
        pair(&group, columns, &mut plan);
        let places = group.wanted.len().max(1);
        if group.rows.len() > places {
            let ids = |rows: &[&Row]| rows.iter().map(|row| row.id.clone()).collect();
            plan.duplicates.push(Duplicate {
                tenant: tenant.to_owned(),
                part_number: part_number.to_owned(),
                kept: ids(&group.rows[..places]),
                surplus: ids(&group.rows[places..]),
            });
        }
    }
    plan
}

/// The row of a product that the tenant does not have any more: no seat is left, and nobody needs
/// to be informed.
fn gone(row: &Row, columns: &LicenseColumns) -> Option<Planned> {
    let seats = [
        (&columns.available, row.available),
        (&columns.used, row.used),
        (&columns.free, row.free),
    ];
    let flags = [
        (&columns.inform, row.inform),
        (&columns.informed, row.informed),
    ];
    let mut fields = graph::Fields::new();
    for (column, _) in seats.into_iter().filter(|(_, seats)| *seats != Some(0.0)) {
        fields.insert(column.clone(), graph::Field::Number(0.0));
    }
    for (column, _) in flags.into_iter().filter(|(_, flag)| *flag) {
        fields.insert(column.clone(), graph::Field::Flag(false));
    }
    let (id, etag) = (row.id.clone(), row.etag.clone());
    (!fields.is_empty()).then_some((None, Write::Update { id, etag, fields }))
}

fn pair(group: &Group<'_>, columns: &LicenseColumns, plan: &mut Plan) {
    for (place, wanted) in group.wanted.iter().enumerate() {
        let target = (wanted.tenant.clone(), wanted.sku);
        let row = group.rows.get(place);
        let asks_anew = row.is_some_and(|row| wanted.asks_anew(row));
        plan.unfinished |= asks_anew;
        if wanted.inform == Inform::Ask && !asks_anew {
            plan.asked.push(target.clone());
        }
        let Some(row) = row else {
            let fields = wanted.all(columns);
            plan.writes.push((Some(target), Write::Create { fields }));
            continue;
        };
        if row.informed {
            plan.informed.push(target.clone());
        }
        let fields = wanted.changed(row, columns);
        if !fields.is_empty() {
            let (id, etag) = (row.id.clone(), row.etag.clone());
            let write = Write::Update { id, etag, fields };
            plan.writes.push((Some(target), write));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sharepoint::specimen::{columns, row, wanted};
    use proptest::prelude::*;

    fn made(rows: &[Row], wanted: &[Wanted]) -> Plan {
        let wish = Wish {
            wanted: wanted.to_vec(),
            current: HashSet::from(["ISE School".to_owned()]),
            resting: HashSet::from(["Quiet School".to_owned()]),
            hidden: HashSet::from([("ISE School".to_owned(), "FLOW_FREE".to_owned())]),
            had: ["A1", "A3", "A5", "E5", "MCOPSTN5", "FLOW_FREE"]
                .map(|part| ("ISE School".to_owned(), part.to_owned()))
                .into(),
        };
        plan(rows, &wish, &columns())
    }

    /// The rows that are updated; "new" for one that is created.
    fn ids(plan: &Plan) -> Vec<&str> {
        let id = |write| match write {
            &Write::Update { ref id, .. } | &Write::Delete { ref id, .. } => id.as_str(),
            Write::Create { .. } => "new",
        };
        plan.writes.iter().map(|(_, write)| id(write)).collect()
    }

    #[test]
    fn a_right_list_needs_no_write() {
        let plan = made(
            &[row("1", "A3", 5.0), row("2", "A5", 0.0)],
            &[wanted("A3", 5, Inform::No), wanted("A5", 0, Inform::Leave)],
        );
        assert_eq!(plan, Plan::default());
    }

    #[test]
    fn a_new_name_of_a_product_updates_its_row() {
        let mut wish = wanted("A3", 5, Inform::No);
        wish.title = "Renamed (A3)".to_owned();
        assert_eq!(ids(&made(&[row("7", "A3", 5.0)], &[wish])), ["7"]);
    }

    #[test]
    fn a_missing_row_is_created_with_everything() {
        let plan = made(&[], &[wanted("A3", 0, Inform::Ask)]);
        let Write::Create { fields } = &plan.writes[0].1 else {
            panic!("{plan:?}")
        };
        assert_eq!(fields.len(), 7, "{fields:?}");
    }

    #[test]
    fn the_oldest_of_several_rows_is_kept_right_and_the_others_are_told() {
        let plan = made(
            &[row("10", "A3", 9.0), row("9", "A3", 9.0)],
            &[wanted("A3", 5, Inform::No)],
        );
        assert_eq!(ids(&plan), ["9"]);
        let duplicate = &plan.duplicates[0];
        assert_eq!(
            (&duplicate.kept[..], &duplicate.surplus[..]),
            (&["9".to_owned()][..], &["10".to_owned()][..])
        );
    }

    #[test]
    fn two_products_of_one_part_number_have_two_rows() {
        let twin = Wanted {
            sku: SkuId::from_part_number("the other MCOPSTN5"),
            ..wanted("MCOPSTN5", 7, Inform::No)
        };
        let wishes = [wanted("MCOPSTN5", 5, Inform::No), twin];
        let one = made(&[row("1", "MCOPSTN5", 5.0)], &wishes);
        assert!(ids(&one).contains(&"new"), "{one:?}");
        let two = made(
            &[row("1", "MCOPSTN5", 5.0), row("2", "MCOPSTN5", 5.0)],
            &wishes,
        );
        assert_eq!((two.writes.len(), two.duplicates.len()), (1, 0));
    }

    #[test]
    fn rows_of_others_are_left_alone() {
        let of = |tenant: &str, title: &str| Row {
            tenant: tenant.to_owned(),
            title: title.to_owned(),
            ..row("1", "A3", 1.0)
        };
        let rows = [
            of("Nobody", "X (A3)"),
            of("ISE School", "By hand"),
            of("Quiet School", "X (A3)"),
            of("ISE School", "X (FLOW_FREE)"),
            of("ISE School", "Adobe CC (Jahreslizenz)"),
            of("ISE School", "Adobe CC (Jahreslizenz)"),
        ];
        let plan = made(&rows, &[]);
        assert_eq!((plan.writes.len(), plan.strange), (0, 4));
        assert_eq!(plan.duplicates, []);
    }

    #[test]
    fn a_product_that_is_gone_has_no_seats_and_informs_nobody() {
        let short = Row {
            inform: true,
            ..row("1", "A3", 0.0)
        };
        let plan = made(&[short, row("2", "A3", 3.0)], &[]);
        assert_eq!(ids(&plan), ["1", "2"]);
        let Write::Update { fields, .. } = &plan.writes[0].1 else {
            panic!("{plan:?}")
        };
        assert_eq!(fields["Infosup"], graph::Field::Flag(false));
        assert_eq!(fields["Verf"], graph::Field::Number(0.0));
        assert!(!fields.contains_key("Frei"), "it says 0 already");
    }

    #[test]
    fn who_was_informed_is_told() {
        let informed = Row {
            inform: true,
            informed: true,
            ..row("1", "A3", 0.0)
        };
        let plan = made(&[informed], &[wanted("A3", 0, Inform::Asked)]);
        assert_eq!((plan.informed.len(), plan.writes.len()), (1, 0));
    }

    proptest! {
        /// Whatever stands in the list: after the writes are carried out, nothing is left to do;
        /// after a second time, if questions had to be taken back.
        #[test]
        fn a_plan_makes_the_list_right(
            rows in proptest::collection::vec((0..4_usize, -3..9_i64, any::<[bool; 2]>()), 0..8),
            wishes in proptest::collection::btree_map(0..4_usize, (-3..9_i64, 0..4_u8), 0..4),
        ) {
            const PARTS: [&str; 4] = ["A1", "A3", "A5", "E5"];
            let mut rows: Vec<Row> = rows
                .into_iter()
                .enumerate()
                .map(|(id, (part, free, [inform, informed]))| Row {
                    inform,
                    informed,
                    ..row(&(id + 1).to_string(), PARTS[part], free as f64)
                })
                .collect();
            let wishes: Vec<Wanted> = wishes
                .into_iter()
                .map(|(part, (free, chosen))| {
                    let inform = [Inform::No, Inform::Ask, Inform::Asked, Inform::Leave];
                    wanted(PARTS[part], free, inform[usize::from(chosen)])
                })
                .collect();
            let mut plan = made(&rows, &wishes);
            let times = if plan.unfinished { 2 } else { 1 };
            for _ in 0..times {
            for (_, write) in std::mem::take(&mut plan.writes) {
                let item = |id: &str, fields| graph::Item {
                    id: id.to_owned(),
                    etag: String::new(),
                    modified_at: None,
                    fields,
                };
                match write {
                    Write::Create { fields } => {
                        let id = (rows.len() + 1).to_string();
                        rows.push(Row::read(item(&id, fields), &columns()));
                    }
                    Write::Update { id, fields, .. } => {
                        let row = rows.iter_mut().find(|row| row.id == id).unwrap();
                        carry_out(row, &fields);
                    }
                    Write::Delete { .. } => prop_assert!(false, "nothing is ever deleted"),
                }
            }
            plan = made(&rows, &wishes);
            }
            prop_assert_eq!(plan.writes.len(), 0);
        }
    }

    fn carry_out(row: &mut Row, fields: &graph::Fields) {
        let number = |name| match fields.get(name) {
            Some(graph::Field::Number(number)) => Some(*number),
            _ => None,
        };
        let flag = |name| match fields.get(name) {
            Some(graph::Field::Flag(flag)) => Some(*flag),
            _ => None,
        };
        row.used = number("Gebraucht").or(row.used);
        row.free = number("Frei").or(row.free);
        row.available = number("Verf").or(row.available);
        row.inform = flag("Infosup").unwrap_or(row.inform);
        row.informed = flag("technician_informed").unwrap_or(row.informed);
    }
}
