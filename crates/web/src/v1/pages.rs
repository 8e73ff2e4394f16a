//! Addresses of the old tool's pages, so that bookmarks lead somewhere.

use axum::response::Redirect;

/// The old list of all licences
#[utoipa::path(get, path = "/api/v1/licenses/statusall", tag = "v1",
    operation_id = "oldStatusAll",
    responses((status = 307, description = "To the page of all licences")))]
pub(super) async fn status_all() -> Redirect {
    Redirect::temporary("/licenses")
}

/// The old page of one tenant
#[utoipa::path(get, path = "/api/v1/licenses/status/tenant", tag = "v1",
    operation_id = "oldStatusTenant",
    responses((status = 307, description = "To the page of all licences")))]
pub(super) async fn status_tenant() -> Redirect {
    Redirect::temporary("/licenses")
}

/// The old monitoring switches
#[utoipa::path(get, path = "/api/v1/monitoring/", tag = "v1",
    operation_id = "oldMonitoring",
    responses((status = 307, description = "To the page of that name")))]
pub(super) async fn monitoring() -> Redirect {
    Redirect::temporary("/monitoring")
}

/// The manual licences, written without the slash
#[utoipa::path(get, path = "/api/v1/licenses", tag = "v1",
    operation_id = "manualLicensesWithoutSlash",
    responses((status = 308, description = "To the address with a slash at its end")))]
pub(super) async fn without_slash() -> Redirect {
    Redirect::permanent("/api/v1/licenses/")
}
