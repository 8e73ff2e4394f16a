//! The API's documentation as a page, made from the API's description, with no outside asset. It
//! reads without script; a small script of our own tries operations in place.

mod kind;

use std::sync::LazyLock;

use askama::Template;
use axum::response::Response;
use serde_json::{Map, Value};

use crate::answer;
use crate::app::{DOCUMENT, openapi};
use crate::pages::{Place, Reading, Visit};
use crate::problem::Error;
use crate::request::{Nothing, Params};

use kind::Kind;

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    visit: Visit,
    place: Place,
    title: &'a str,
    description: &'a str,
    openapi: &'a str,
    groups: Vec<Group<'a>>,
    shapes: Vec<Shape<'a>>,
}

struct Group<'a> {
    name: &'a str,
    description: &'a str,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    anchor: String,
    method: String,
    path: &'a str,
    summary: &'a str,
    description: &'a str,
    parameters: Vec<Parameter<'a>>,
    body: Option<Kind>,
    /// Whether a plain link shows an answer: there is nothing to fill in or to send.
    opens: bool,
    responses: Vec<Reply<'a>>,
}

struct Parameter<'a> {
    name: &'a str,
    place: &'a str,
    required: bool,
    kind: String,
    description: &'a str,
    example: &'a str,
}

struct Reply<'a> {
    status: &'a str,
    description: &'a str,
    body: Option<Kind>,
}

struct Shape<'a> {
    anchor: String,
    name: &'a str,
    description: &'a str,
    members: Vec<Member<'a>>,
}

struct Member<'a> {
    name: &'a str,
    kind: Kind,
    description: &'a str,
}

static OPENAPI: LazyLock<String> = LazyLock::new(openapi);

/// This description (OpenAPI 3.1)
#[utoipa::path(get, path = "/openapi.json", tag = "pages",
    operation_id = "getOpenapi",
    responses((status = 200, description = "The document", content_type = "application/json")))]
pub(crate) async fn openapi_json(Params(Nothing {}): Params<Nothing>) -> Response {
    answer::tagged("application/json", OPENAPI.as_bytes())
}

/// Documentation of the API, as a page
#[utoipa::path(get, path = "/api/v1/docs", tag = "pages",
    operation_id = "documentationPage", params(Reading),
    responses(
        (status = 200, description = "A page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    let document = &*DOCUMENT;
    let groups = array(&document["tags"])
        .map(|tag| group(document, tag))
        .collect();
    let schemas = object(&document["components"]["schemas"]);
    let shapes = schemas
        .map(|(name, schema)| shape(document, name, schema))
        .collect();
    let page = Docs {
        visit,
        place: Place::Elsewhere,
        title: text(&document["info"]["title"]),
        description: text(&document["info"]["description"]),
        openapi: text(&document["openapi"]),
        groups,
        shapes,
    };
    page.visit.render(&page)
}

fn group<'a>(document: &'a Value, tag: &'a Value) -> Group<'a> {
    let all = object(&document["paths"])
        .flat_map(|(path, item)| object(item).map(move |(method, about)| (path, method, about)));
    let own = all.filter(|(.., about)| about["tags"][0] == tag["name"]);
    Group {
        name: text(&tag["name"]),
        description: text(&tag["description"]),
        operations: own
            .map(|(path, method, about)| operation(path, method, about))
            .collect(),
    }
}

fn operation<'a>(path: &'a str, method: &'a str, about: &'a Value) -> Operation<'a> {
    let parameters: Vec<_> = array(&about["parameters"]).map(parameter).collect();
    let body = &about["requestBody"]["content"]["application/json"]["schema"];
    let body = (!body.is_null()).then(|| Kind::of(body));
    Operation {
        anchor: format!("{method}{}", path.replace(['/', '{', '}'], "-")),
        method: method.to_ascii_uppercase(),
        path,
        summary: text(&about["summary"]),
        description: text(&about["description"]),
        opens: method == "get" && parameters.iter().all(|parameter| !parameter.required),
        parameters,
        body,
        responses: object(&about["responses"]).map(reply).collect(),
    }
}

fn parameter(about: &Value) -> Parameter<'_> {
    Parameter {
        name: text(&about["name"]),
        place: text(&about["in"]),
        required: about["required"] == true,
        kind: Kind::of(&about["schema"]).text,
        description: text(&about["description"]),
        example: text(&about["example"]),
    }
}

fn reply<'a>((status, about): (&'a str, &'a Value)) -> Reply<'a> {
    let schema = object(&about["content"])
        .map(|(_, content)| &content["schema"])
        .next();
    Reply {
        status,
        description: text(&about["description"]),
        body: schema.filter(|schema| !schema.is_null()).map(Kind::of),
    }
}

fn shape<'a>(document: &'a Value, name: &'a str, schema: &'a Value) -> Shape<'a> {
    let mut found = Vec::new();
    members(document, schema, &mut found);
    Shape {
        anchor: kind::anchor(name),
        name,
        description: text(&schema["description"]),
        members: found,
    }
}

/// The members of a shape, and of those it is put together from.
fn members<'a>(document: &'a Value, schema: &'a Value, found: &mut Vec<Member<'a>>) {
    if let Some(name) = kind::referred(schema) {
        members(document, &document["components"]["schemas"][name], found);
    }
    for part in array(&schema["allOf"]).chain(array(&schema["oneOf"])) {
        members(document, part, found);
    }
    for (name, about) in object(&schema["properties"]) {
        if found.iter().all(|member| member.name != name) {
            found.push(Member {
                name,
                kind: Kind::of(about),
                description: text(&about["description"]),
            });
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flat_map(Map::iter)
        .map(|(name, value)| (name.as_str(), value))
}
