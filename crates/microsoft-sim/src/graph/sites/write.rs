//! Writing: lists, columns and items, with the checks that keep a client's mistake from passing.

use http::StatusCode;
use http::header::{CONTENT_TYPE, IF_MATCH};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::page::name_context;
use super::{created, ok, shape};
use crate::graph::refusal::Refusal;
use crate::graph::{Context, Found};
use crate::message::Request;
use crate::sharepoint::{Column, Kind, List, Site, internal_name};

/// A list to be made; what else Graph takes is not known here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewList {
    name: Option<String>,
    display_name: Option<String>,
    #[serde(default)]
    columns: Vec<NewColumn>,
    list: Option<NewListInfo>,
}

#[derive(Deserialize)]
struct NewListInfo {
    template: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewColumn {
    name: Option<String>,
    display_name: Option<String>,
    #[serde(default)]
    indexed: bool,
    #[serde(default)]
    enforce_unique_values: bool,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    hidden: bool,
    text: Option<Map<String, Value>>,
    number: Option<Map<String, Value>>,
    boolean: Option<Map<String, Value>>,
    date_time: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct NewItem {
    fields: Map<String, Value>,
}

pub(super) fn list(
    context: &Context<'_>,
    site: &mut Site,
    request: &Request,
) -> Result<Found, Refusal> {
    let new: NewList = body(request)?;
    if new.name.is_some() {
        let message = "Cannot define a 'name' for a list as it is assigned by the server. \
                       Instead, provide 'displayName'";
        return Err(Refusal::invalid(message));
    }
    let name = new.display_name.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Refusal::invalid("displayName is missing"))?;
    let template = new.list.and_then(|info| info.template);
    if template.is_none_or(|template| template != "genericList") {
        let message = "One of the provided arguments is not acceptable: list.template";
        return Err(Refusal::invalid(message));
    }
    let mut list = List::new(Uuid::new_v4(), &name, context.now);
    for column in new.columns {
        list.add_column(column.column()?)?;
    }
    let id = site.add_list(list)?.id.to_string();
    Ok(created(&shape::list(site, site.list(&id)?)))
}

pub(super) fn column(site: &mut Site, list: &str, request: &Request) -> Result<Found, Refusal> {
    let new: NewColumn = body(request)?;
    let column = new.column()?;
    let column = site.list_mut(list)?.add_column(column)?;
    Ok(created(&shape::column(column)))
}

impl NewColumn {
    fn column(self) -> Result<Column, Refusal> {
        let name = self.name.filter(|name| !name.trim().is_empty());
        let name = name.ok_or_else(|| Refusal::invalid("The column has no name"))?;
        let facets = [
            (Kind::Text, self.text),
            (Kind::Number, self.number),
            (Kind::Boolean, self.boolean),
            (Kind::DateTime, self.date_time),
        ];
        let mut kinds = facets.into_iter().filter(|(_, facet)| facet.is_some());
        let (Some((kind, _)), None) = (kinds.next(), kinds.next()) else {
            let message = "The column must be exactly one of text, number, boolean and dateTime";
            return Err(Refusal::invalid(message));
        };
        Ok(Column {
            name: internal_name(&name),
            display_name: self.display_name.unwrap_or(name),
            indexed: self.indexed,
            unique: self.enforce_unique_values,
            required: self.required,
            hidden: self.hidden,
            ..Column::new("", kind)
        })
    }
}

pub(super) fn create(
    context: &Context<'_>,
    site: &mut Site,
    list: &str,
    request: &Request,
) -> Result<Found, Refusal> {
    let NewItem { fields } = body(request)?;
    let item = site.create(list, &fields, context.now)?;
    context.tally.created();
    let list = site.list(list)?;
    let mut shown = shape::item(site, list, &item, Some(shape::fields(&item, None)));
    let name = format!("lists('{}')/items/$entity", list.id);
    name_context(context, site, &name, &mut shown);
    Ok(created(&Value::Object(shown)))
}

/// `PATCH` of the item, which says its fields inside.
pub(super) fn update(
    context: &Context<'_>,
    site: &mut Site,
    (list, id): (&str, &str),
    request: &Request,
) -> Result<Found, Refusal> {
    let NewItem { fields } = body(request)?;
    let tag = if_match(request)?;
    let item = site.update(list, id, tag, &fields, context.now)?;
    context.tally.updated();
    let list = site.list(list)?;
    let mut shown = shape::item(site, list, &item, Some(shape::fields(&item, None)));
    let name = format!("lists('{}')/items/$entity", list.id);
    name_context(context, site, &name, &mut shown);
    Ok(ok(&Value::Object(shown)))
}

/// `PATCH` of the fields alone.
pub(super) fn fields(
    context: &Context<'_>,
    site: &mut Site,
    (list, id): (&str, &str),
    request: &Request,
) -> Result<Found, Refusal> {
    let fields: Map<String, Value> = body(request)?;
    let tag = if_match(request)?;
    let item = site.update(list, id, tag, &fields, context.now)?;
    context.tally.updated();
    let mut shown = shape::fields(&item, None);
    let name = format!(
        "lists('{}')/items('{id}')/fields/$entity",
        site.list(list)?.id
    );
    name_context(context, site, &name, &mut shown);
    Ok(ok(&Value::Object(shown)))
}

pub(super) fn delete(
    context: &Context<'_>,
    site: &mut Site,
    (list, id): (&str, &str),
    request: &Request,
) -> Result<Found, Refusal> {
    site.delete(list, id, if_match(request)?, context.now)?;
    context.tally.deleted();
    Ok(Found {
        status: StatusCode::NO_CONTENT,
        body: Vec::new(),
    })
}

fn if_match(request: &Request) -> Result<Option<&str>, Refusal> {
    let tag = request.headers.get(IF_MATCH);
    let tag = tag.map(|tag| tag.to_str()).transpose();
    tag.map_err(|_| Refusal::invalid("The If-Match header is not plain text"))
}

fn body<T: for<'a> Deserialize<'a>>(request: &Request) -> Result<T, Refusal> {
    let kind = request.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.to_ascii_lowercase().starts_with("application/json");
    let read = serde_json::from_slice(&request.body).ok();
    read.filter(|_| is_json).ok_or_else(|| {
        Refusal::bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and \
             payload is of valid JSON format.",
        )
    })
}
