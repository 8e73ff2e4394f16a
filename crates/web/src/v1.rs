//! Version 1: the contract that flows and habits were built on, kept in shape to the letter.

mod show;
mod fetch;
mod monitoring;
mod manual;
mod pages;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show::all))
        .routes(routes!(show::one))
        .merge(fetch::router())
        .routes(routes!(monitoring::list))
        .routes(routes!(monitoring::switch))
        .routes(routes!(manual::list, manual::add))
        .routes(routes!(manual::one))
        .routes(routes!(pages::without_slash))
        .routes(routes!(pages::status_all))
        .routes(routes!(pages::status_tenant))
        .routes(routes!(pages::monitoring))
}
