//! `/sites`: the company's lists, for its app and nobody else's.

mod place;

mod page;
mod shape;
mod write;

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use self::place::Place;
use super::refusal::Refusal;
use super::{Context, Found};
use crate::caller::Caller;
use crate::message::Request;
use crate::sharepoint::Site;

pub(super) fn found(
    context: &Context<'_>,
    caller: &Caller,
    request: &Request,
) -> Result<Found, Refusal> {
    let (id, place) = place::place(&request.path)?;
    let answer = context.sharepoint.with(|site| {
        if site.spec.tenant != caller.tenant || !is_site(site, &id)? {
            return Err(Refusal::no_site());
        }
        if !allowed(&request.method, &place, &caller.roles) {
            return Err(Refusal::access_denied());
        }
        answer(context, site, &place, request)
    });
    answer.unwrap_or_else(|| Err(Refusal::no_site()))
}

/// By its whole id, or as the only site of its host.
fn is_site(site: &Site, id: &str) -> Result<bool, Refusal> {
    let whole = site.spec.id();
    let host = &site.spec.host;
    match id.split(',').count() {
        1 => Ok(id.eq_ignore_ascii_case(host) || id.eq_ignore_ascii_case("root")),
        3 => Ok(id.eq_ignore_ascii_case(&whole)),
        _ => Err(Refusal::invalid("Provided identifier is malformed")),
    }
}

fn answer(
    context: &Context<'_>,
    site: &mut Site,
    place: &Place,
    request: &Request,
) -> Result<Found, Refusal> {
    let base_url = context.base_url;
    match (request.method.as_str(), place) {
        ("GET", Place::Site) => Ok(ok(&shape::site(base_url, site))),
        ("GET", Place::Lists) => {
            let lists = site.lists.iter().map(|list| shape::list(site, list));
            Ok(ok(&collection(base_url, site, "lists", lists.collect())))
        }
        ("POST", Place::Lists) => write::list(context, site, request),
        ("GET", Place::List(list)) => Ok(ok(&shape::list(site, site.list(list)?))),
        ("GET", Place::Columns(list)) => {
            let columns = site.list(list)?.columns.iter().map(shape::column);
            Ok(ok(&collection(
                base_url,
                site,
                "columns",
                columns.collect(),
            )))
        }
        ("POST", Place::Columns(list)) => write::column(site, list, request),
        ("GET", Place::Items(list)) => page::items(context, site, list, request),
        ("POST", Place::Items(list)) => write::create(context, site, list, request),
        ("GET", Place::Item(list, id)) => page::item(context, site, list, id, request),
        ("PATCH", Place::Item(list, id)) => write::update(context, site, (list, id), request),
        ("DELETE", Place::Item(list, id)) => write::delete(context, site, (list, id), request),
        ("GET", Place::Fields(list, id)) => page::fields(context, site, list, id, request),
        ("PATCH", Place::Fields(list, id)) => write::fields(context, site, (list, id), request),
        _ => Err(Refusal::method()),
    }
}

/// Resource units of a request: 1 to read one thing, 2 to read many or to write. Source:
/// SharePoint's guidance on throttling.
pub(super) fn units(request: &Request) -> u32 {
    let place = place::place(&request.path).map(|(_, place)| place);
    let one = matches!(
        place,
        Ok(Place::Site | Place::List(_) | Place::Item(..) | Place::Fields(..))
    );
    if one && request.method == Method::GET {
        1
    } else {
        2
    }
}

/// Whether one of the permissions is enough. Source: Microsoft's reference of each call. The
/// administrator of this world has given the app of `Sites.Selected` the role "manage".
fn allowed(method: &Method, place: &Place, roles: &[String]) -> bool {
    roles.iter().any(|role| match role.as_str() {
        "Sites.Selected" | "Sites.Manage.All" | "Sites.FullControl.All" => true,
        "Sites.ReadWrite.All" => method == Method::GET || !place.is_structure(),
        "Sites.Read.All" => method == Method::GET,
        _ => false,
    })
}

fn ok(body: &Value) -> Found {
    Found::from(body.to_string().into_bytes())
}

fn created(body: &Value) -> Found {
    Found {
        status: StatusCode::CREATED,
        ..ok(body)
    }
}

fn collection(base_url: &str, site: &Site, name: &str, rows: Vec<Value>) -> Value {
    let place = format!("sites('{}')/{name}", site.spec.id());
    let context = format!("{base_url}/v1.0/$metadata#{place}");
    let body = [
        ("@odata.context".to_owned(), context.into()),
        ("value".to_owned(), Value::Array(rows)),
    ];
    Value::Object(Map::from_iter(body))
}
