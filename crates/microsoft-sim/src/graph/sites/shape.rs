//! Sites, lists, columns and items as Graph writes them.

use serde_json::{Map, Value, json};

use crate::sharepoint::{Column, Item, Kind, List, Site};

pub(super) fn site(base_url: &str, site: &Site) -> Value {
    json!({
        "@odata.context": format!("{base_url}/v1.0/$metadata#sites/$entity"),
        "createdDateTime": second(site.created),
        "description": "",
        "displayName": site.spec.name,
        "id": site.spec.id(),
        "lastModifiedDateTime": second(site.created),
        "name": site.spec.name,
        "root": {},
        "siteCollection": {"hostname": site.spec.host},
        "webUrl": format!("https://{}", site.spec.host),
    })
}

pub(super) fn list(site: &Site, list: &List) -> Value {
    let modified = list.items.values().map(|item| item.modified).max();
    json!({
        "createdDateTime": second(list.created),
        "description": "",
        "displayName": list.display_name,
        "eTag": format!("\"{},{}\"", list.id, list.columns.len()),
        "id": list.id,
        "lastModifiedDateTime": second(modified.unwrap_or(list.created)),
        "list": {"contentTypesEnabled": false, "hidden": false, "template": "genericList"},
        "name": list.display_name,
        "parentReference": {"siteId": site.spec.id()},
        "webUrl": web_url(site, list),
    })
}

pub(super) fn column(column: &Column) -> Value {
    let (facet, details) = match column.kind {
        Kind::Text => (
            "text",
            json!({"allowMultipleLines": false, "maxLength": 255}),
        ),
        Kind::Number => (
            "number",
            json!({"decimalPlaces": "automatic", "displayAs": "number"}),
        ),
        Kind::Boolean => ("boolean", json!({})),
        Kind::DateTime => (
            "dateTime",
            json!({"displayAs": "default", "format": "dateOnly"}),
        ),
    };
    json!({
        "columnGroup": "Custom Columns",
        "description": "",
        "displayName": column.display_name,
        "enforceUniqueValues": column.unique,
        "hidden": column.hidden,
        "id": column.id,
        "indexed": column.indexed,
        "name": column.name,
        "readOnly": column.read_only,
        "required": column.required,
        facet: details,
    })
}

/// An item, with the fields that are asked for.
pub(super) fn item(
    site: &Site,
    list: &List,
    item: &Item,
    fields: Option<Map<String, Value>>,
) -> Map<String, Value> {
    let by = json!({"application": {"displayName": "licensetool"}});
    let shown = json!({
        "@odata.etag": item.tag(),
        "contentType": {"id": "0x0100", "name": "Item"},
        "createdBy": by,
        "createdDateTime": second(item.created),
        "eTag": item.tag(),
        "id": item.id.to_string(),
        "lastModifiedBy": by,
        "lastModifiedDateTime": second(item.modified),
        "parentReference": {"siteId": site.spec.id()},
        "webUrl": format!("{}/{}_.000", web_url(site, list), item.id),
    });
    let Value::Object(mut shown) = shown else {
        return Map::new();
    };
    if let Some(fields) = fields {
        shown.insert("fields".to_owned(), fields.into());
    }
    shown
}

/// The columns' values, and those that SharePoint adds; only the ones that are selected.
pub(super) fn fields(item: &Item, select: Option<&[String]>) -> Map<String, Value> {
    let title = item.fields.get("Title").cloned();
    let link = |name: &str| Some((name.to_owned(), title.clone()?));
    let own = [
        ("id", json!(item.id.to_string())),
        ("ContentType", json!("Item")),
        ("Created", second(item.created)),
        ("Modified", second(item.modified)),
        ("AuthorLookupId", json!("6")),
        ("EditorLookupId", json!("6")),
        ("_UIVersionString", json!(format!("{}.0", item.version))),
        ("Attachments", json!(false)),
    ];
    let own = own
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let links = [link("LinkTitle"), link("LinkTitleNoMenu")];
    let all = item
        .fields
        .clone()
        .into_iter()
        .chain(own)
        .chain(links.into_iter().flatten());
    let selected = |name: &str| {
        select.is_none_or(|names| names.iter().any(|it| it.eq_ignore_ascii_case(name)))
    };
    let tag = ("@odata.etag".to_owned(), item.tag().into());
    let chosen = all.filter(|(name, _)| selected(name));
    std::iter::once(tag).chain(chosen).collect()
}

fn web_url(site: &Site, list: &List) -> String {
    format!("https://{}/Lists/{}", site.spec.host, list.display_name)
}

fn second(at: jiff::Timestamp) -> Value {
    crate::sharepoint::second(at).into()
}
