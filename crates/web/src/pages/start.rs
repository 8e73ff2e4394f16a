//! The start page: what runs here, and the way in. It shows nothing of any tenant.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use jiff::Timestamp;

use crate::problem::Error;
use crate::request::Params;
use crate::state::App;
use crate::{Loop, health};

use super::visit::Visit;
use super::{Place, Reading};

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    visit: Visit,
    place: Place,
    version: &'static str,
    store: Answers,
    services: Vec<Service>,
}

#[derive(PartialEq, Eq)]
enum Answers {
    Yes,
    No,
}

struct Service {
    name: &'static str,
    state: Turning,
    turned_at: Option<Timestamp>,
}

#[derive(PartialEq, Eq)]
enum Turning {
    Turns,
    Waits,
    Stuck,
}

/// What runs here
#[utoipa::path(get, path = "/", tag = "pages",
    operation_id = "startPage", params(Reading),
    responses(
        (status = 200, description = "The start page", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    Shared(app): Shared<App>,
    visit: Visit,
    Params(Reading { .. }): Params<Reading>,
) -> Result<Response, Error> {
    let schema = app.store().schema().await;
    let loops = app.options().loops.iter();
    let page = Start {
        version: app.options().version,
        store: match schema {
            Ok(schema) if schema.fits() => Answers::Yes,
            _ => Answers::No,
        },
        services: loops.map(|a_loop| Service::of(a_loop, &app)).collect(),
        place: Place::Elsewhere,
        visit,
    };
    page.visit.render(&page)
}

impl Service {
    fn of(a_loop: &Loop, app: &App) -> Self {
        let turned_at = health::turned_at(a_loop);
        let state = if health::is_stuck(a_loop, app.started_at(), app.now()) {
            Turning::Stuck
        } else if turned_at.is_some() {
            Turning::Turns
        } else {
            Turning::Waits
        };
        Self {
            name: a_loop.name,
            state,
            turned_at,
        }
    }
}
