//! What an operator does with the lists by hand: make them, find out what is wrong, merge
//! duplicates. Each says what it found and what to do in words for that person.

use std::collections::{BTreeMap, HashSet};

use domain::{Language, Layer, ProductNames};
use graph::{Column, ColumnKind, Error, Field, Fields, NewColumn, Site, Write, WriteError};
use store::Store;

use super::plan::{Duplicate, plan};
use super::rows::Row;
use super::wish::Known;
use super::{Lists, PARAMETER_COLUMNS, Sharepoint};

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What works, a line each.
    pub sound: Vec<String>,
    /// What does not, with the way out.
    pub problems: Vec<(String, String)>,
}

/// A list as the program needs it.
struct Needed<'a> {
    /// In the profile.
    setting: &'static str,
    /// As `init` calls it.
    title: &'static str,
    id: &'a str,
    columns: Vec<NeededColumn<'a>>,
}

struct NeededColumn<'a> {
    name: &'a str,
    /// What people see above it.
    display: &'static str,
    /// In the profile; `None`: the name is fixed.
    setting: Option<&'static str>,
    kind: ColumnKind,
}

fn needed(lists: &Lists) -> Vec<Needed<'_>> {
    let column = |name, display, setting, kind| NeededColumn {
        name,
        display,
        setting,
        kind,
    };
    use ColumnKind::{Boolean, DateTime, Number, Text};
    let tenants = &lists.tenant_columns;
    let licenses = &lists.license_columns;
    let mut all = vec![
        Needed {
            setting: "tenant_list_id",
            title: "Mandanten",
            id: &lists.tenants,
            columns: vec![
                column(&tenants.name, "Title", Some("tenant_field"), Text),
                column(&tenants.enabled, "enabled", None, Boolean),
                column(&tenants.monitoring, "monitoring", None, Boolean),
                column(&tenants.cert_expires, "cert_expires", None, DateTime),
            ],
        },
        Needed {
            setting: "license_list_id",
            title: "Lizenzen",
            id: &lists.licenses,
            columns: vec![
                column(&licenses.title, "Lizenzname", Some("Lizenzname"), Text),
                column(&licenses.tenant, "Tenant", Some("Tenant"), Text),
                column(&licenses.available, "Verfügbar", Some("Verfügbar"), Number),
                column(&licenses.used, "Gebraucht", Some("Gebraucht"), Number),
                column(&licenses.free, "Frei", Some("Frei"), Number),
                column(&licenses.inform, "Infosup", Some("Infosup"), Boolean),
                column(&licenses.informed, "technician_informed", None, Boolean),
            ],
        },
    ];
    if let Some(id) = &lists.parameters {
        let [name, value] = PARAMETER_COLUMNS;
        all.push(Needed {
            setting: "parameter_list_id",
            title: "Parameter",
            id,
            columns: vec![
                column(name, name, None, Text),
                column(value, value, None, Text),
            ],
        });
    }
    all
}

/// Finds out whether the lists are there and as they must be, and whether they may be written.
/// Nothing is changed.
pub async fn check(sharepoint: &Sharepoint) -> Checked {
    let mut checked = Checked::default();
    let site = &sharepoint.site;
    match site.about().await {
        Ok(about) => {
            let name = about.display_name.unwrap_or_default();
            let url = about.web_url.unwrap_or_default();
            checked
                .sound
                .push(format!("the site \"{name}\" can be read ({url})"));
        }
        Err(error) => {
            checked.failed("the site cannot be read", &error);
            return checked;
        }
    }
    for list in needed(&sharepoint.lists) {
        match site.columns(list.id).await {
            Err(error) => {
                let what = format!("the list of {} cannot be read", list.setting);
                checked.failed(&what, &error);
            }
            Ok(found) => {
                let before = checked.problems.len();
                columns(&list, &found.items, &mut checked);
                if checked.problems.len() == before {
                    let count = list.columns.len();
                    let line = format!("the list of {} has all {count} columns", list.setting);
                    checked.sound.push(line);
                }
            }
        }
    }
    may_write(site, &sharepoint.lists, &mut checked).await;
    checked
}

impl Checked {
    fn failed(&mut self, what: &str, error: &Error) {
        let problem = format!("{what}: {error}");
        self.problems.push((problem, error.advice()));
    }
}

/// Compares a list's columns with those that are needed.
fn columns(list: &Needed<'_>, found: &[Column], checked: &mut Checked) {
    let display = |column: &Column| {
        let display = column.display_name.as_deref().unwrap_or(&column.name);
        display.trim().to_lowercase()
    };
    for column in &list.columns {
        let place = format!("the list of {}", list.setting);
        let wanted = column.display.to_lowercase();
        // SharePoint shows some columns twice itself, such as a title with a link.
        let own = |it: &&Column| it.read_only != Some(true) && it.hidden != Some(true);
        let alike = found.iter().filter(own).filter(|it| display(it) == wanted);
        let alike: Vec<&Column> = alike.collect();
        let names = || {
            let names: Vec<&str> = alike.iter().map(|it| it.name.as_str()).collect();
            names.join(", ")
        };
        match found.iter().find(|it| it.name == column.name) {
            Some(it) if it.kind != column.kind => checked.problems.push((
                format!(
                    "{place}: the column {} holds {}, and must hold {}",
                    column.name,
                    kind(it.kind),
                    kind(column.kind)
                ),
                "Make a new column of the right kind, name it in the profile, and delete the \
                 old one: SharePoint cannot change it without loss."
                    .to_owned(),
            )),
            Some(_) if alike.len() > 1 => checked.problems.push((
                format!(
                    "{place}: several columns are called \"{}\": {}",
                    column.display,
                    names()
                ),
                format!(
                    "Only {} is written; flows and people may look at another one. Delete or \
                     rename the others.",
                    column.name
                ),
            )),
            Some(_) => {}
            None if !alike.is_empty() => checked.problems.push((
                format!(
                    "{place}: there is no column with the internal name {}, but one is called \
                     \"{}\": {}",
                    column.name,
                    column.display,
                    names()
                ),
                match column.setting {
                    Some(setting) => format!(
                        "Write that internal name into the profile, as {setting}, or let \
                         `licensetool sharepoint init` add the column."
                    ),
                    None => "The internal name of this column is fixed: let `licensetool \
                             sharepoint init` add it, and delete the other one."
                        .to_owned(),
                },
            )),
            None => checked.problems.push((
                format!("{place}: the column {} is missing", column.name),
                "Let `licensetool sharepoint init` add it. If it was renamed, its internal name \
                 stands in the address of its settings page."
                    .to_owned(),
            )),
        }
    }
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Number => "numbers",
        ColumnKind::Boolean => "yes or no",
        ColumnKind::DateTime => "dates",
        ColumnKind::Other => "something else",
    }
}

/// Tries a change that cannot be carried out, because it names a state that no row is in: who may
/// write hears that the row has changed, who may not is refused.
async fn may_write(site: &Site, lists: &Lists, checked: &mut Checked) {
    let Ok(items) = site.items(&lists.licenses, &[]).await else {
        return;
    };
    let Some(item) = items.items.first() else {
        let line = "the licence list is empty: whether it may be written shows at the first sync";
        checked.sound.push(line.to_owned());
        return;
    };
    let never = Write::Update {
        id: item.id.clone(),
        etag: "\"00000000-0000-0000-0000-000000000000,0\"".to_owned(),
        fields: Fields::from([(lists.license_columns.inform.clone(), Field::Flag(false))]),
    };
    match site.write(&lists.licenses, &[never]).await.pop() {
        Some(Err(WriteError::Changed) | Ok(_)) => {
            checked
                .sound
                .push("the licence list may be written".to_owned());
        }
        Some(Err(error)) => {
            let problem = format!("the licence list cannot be written: {error}");
            checked.problems.push((problem, error.advice()));
        }
        None => {}
    }
}

/// Makes what is missing: lists, if the profile's ids lead nowhere, and columns. Answers what was
/// made and what is to be written into the profile.
///
/// # Errors
/// The site cannot be read or written.
pub async fn init(sharepoint: &Sharepoint) -> Result<Vec<String>, Error> {
    let site = &sharepoint.site;
    let existing = site.lists().await?.items;
    let mut said = Vec::new();
    for list in needed(&sharepoint.lists) {
        if existing.iter().any(|it| it.id == list.id) {
            let found = site.columns(list.id).await?.items;
            let missing = list
                .columns
                .iter()
                .filter(|column| !found.iter().any(|it| it.name == column.name));
            for column in missing {
                site.create_column(list.id, &new(column)).await?;
                said.push(format!(
                    "the list of {} has a new column {}",
                    list.setting, column.name
                ));
            }
            continue;
        }
        let same_title = |it: &&graph::ListInfo| it.display_name.as_deref() == Some(list.title);
        let made = match existing.iter().find(same_title) {
            Some(found) => found.clone(),
            None => {
                let columns = list.columns.iter().filter(|column| column.name != "Title");
                let columns: Vec<NewColumn> = columns.map(new).collect();
                site.create_list(list.title, &columns).await?
            }
        };
        said.push(format!(
            "there is a list \"{}\": write {} = \"{}\" into the profile",
            list.title, list.setting, made.id
        ));
    }
    Ok(said)
}

fn new(column: &NeededColumn<'_>) -> NewColumn {
    NewColumn {
        name: column.name.to_owned(),
        display_name: Some(column.display.to_owned()),
        kind: column.kind,
        // By these two a row is found; Graph filters only by what is indexed.
        indexed: matches!(column.display, "Lizenzname" | "Tenant"),
        required: false,
    }
}

/// Rows of the licence list that say the same thing twice. `company` is what the configuration says
/// for the whole company.
///
/// # Errors
/// In words for an operator, with the way out.
pub async fn duplicates(
    sharepoint: &Sharepoint,
    store: &Store,
    company: Layer,
) -> anyhow::Result<Vec<Duplicate>> {
    let (rows, wish) = compared(sharepoint, store, company).await?;
    Ok(plan(&rows, &wish, &sharepoint.lists.license_columns).duplicates)
}

/// Deletes what [`duplicates`] finds, the oldest rows stay. A row that says that somebody was
/// informed hands that on. Answers how many rows were deleted.
///
/// # Errors
/// In words for an operator, with the way out. What was deleted before stays deleted.
pub async fn merge(
    sharepoint: &Sharepoint,
    store: &Store,
    company: Layer,
) -> anyhow::Result<usize> {
    let (rows, wish) = compared(sharepoint, store, company).await?;
    let columns = &sharepoint.lists.license_columns;
    let found = plan(&rows, &wish, columns).duplicates;
    let by_id: BTreeMap<&str, &Row> = rows.iter().map(|row| (&*row.id, row)).collect();
    let mut writes = Vec::new();
    for duplicate in &found {
        let row = |id: &String| by_id.get(&**id).copied();
        let surplus: Vec<&Row> = duplicate.surplus.iter().filter_map(row).collect();
        let kept = duplicate.kept.first().and_then(row);
        let informed = surplus.iter().any(|row| row.informed);
        if let Some(kept) = kept.filter(|kept| informed && !kept.informed) {
            writes.push(Write::Update {
                id: kept.id.clone(),
                etag: kept.etag.clone(),
                fields: Fields::from([(columns.informed.clone(), Field::Flag(true))]),
            });
        }
        writes.extend(surplus.into_iter().map(|row| Write::Delete {
            id: row.id.clone(),
            etag: row.etag.clone(),
        }));
    }
    let list = &sharepoint.lists.licenses;
    let written = sharepoint.site.write(list, &writes).await;
    let mut deleted = 0;
    for (write, written) in writes.iter().zip(written) {
        match written {
            Ok(_) => deleted += usize::from(matches!(write, Write::Delete { .. })),
            Err(error) => anyhow::bail!(
                "{deleted} rows were deleted, then one could not be: {error}. {} Start it again \
                 to go on",
                error.advice()
            ),
        }
    }
    Ok(deleted)
}

async fn compared(
    sharepoint: &Sharepoint,
    store: &Store,
    company: Layer,
) -> anyhow::Result<(Vec<Row>, super::plan::Wish)> {
    let Lists {
        licenses,
        license_columns: columns,
        ..
    } = &sharepoint.lists;
    let items = sharepoint.site.items(licenses, &columns.all()).await;
    let items = items.map_err(|error| anyhow::anyhow!("{error}. {}", error.advice()))?;
    let rows = items.items.into_iter().map(|item| Row::read(item, columns));
    let known = Known::of(store, &sharepoint.name, company).await?;
    let names = ProductNames::built_in();
    let wish = known.wish(&names, Language::German, &HashSet::new());
    Ok((rows.collect(), wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, display: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.to_owned(),
            display_name: Some(display.to_owned()),
            kind,
            ..Column::default()
        }
    }

    fn check(columns: &[Column], expected: &[&str]) {
        let list = Needed {
            setting: "license_list_id",
            title: "Lizenzen",
            id: "id",
            columns: vec![NeededColumn {
                name: "Frei",
                display: "Frei",
                setting: Some("Frei"),
                kind: ColumnKind::Number,
            }],
        };
        let mut checked = Checked::default();
        super::columns(&list, columns, &mut checked);
        let problems: Vec<_> = checked.problems.iter().map(|(what, _)| what).collect();
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, words) in problems.iter().zip(expected) {
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_column_is_told() {
        let number = ColumnKind::Number;
        check(&[found("Frei", "Frei", number)], &[]);
        check(&[found("Frei", "Freie Lizenzen", number)], &[]);
        check(&[], &["the column Frei is missing"]);
        check(
            &[found("Frei0", "frei", number)],
            &["but one is called \"Frei\": Frei0"],
        );
        let shown_twice = Column {
            read_only: Some(true),
            ..found("LinkFrei", "Frei", ColumnKind::Other)
        };
        check(&[found("Frei", "Frei", number), shown_twice], &[]);
        let twice = [
            found("Frei", "Frei", number),
            found("Frei0", "Frei", number),
        ];
        check(
            &twice,
            &["several columns are called \"Frei\": Frei, Frei0"],
        );
        let text = [found("Frei", "Frei", ColumnKind::Text)];
        check(&text, &["holds text, and must hold numbers"]);
    }

    #[test]
    fn every_column_that_is_read_is_needed_and_made() {
        let columns = super::super::specimen::columns();
        let tenant_columns = super::super::TenantColumns {
            name: "Title".to_owned(),
            enabled: "enabled".to_owned(),
            monitoring: "monitoring".to_owned(),
            cert_expires: "cert_expires".to_owned(),
        };
        let lists = Lists {
            licenses: "l".to_owned(),
            license_columns: columns.clone(),
            tenants: "t".to_owned(),
            tenant_columns: tenant_columns.clone(),
            parameters: Some("p".to_owned()),
        };
        let needed = needed(&lists);
        let names: HashSet<&str> = needed
            .iter()
            .flat_map(|list| list.columns.iter().map(|column| column.name))
            .collect();
        let read = columns
            .all()
            .into_iter()
            .chain(tenant_columns.all())
            .chain(PARAMETER_COLUMNS);
        for column in read {
            assert!(names.contains(column), "{column}");
        }
    }
}
