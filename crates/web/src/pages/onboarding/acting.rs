//! What administrators have done to the home folder, by forms.

use axum::extract::State as Shared;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Deed, Language, TenantKey};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::caller::{Admin, Caller};
use crate::desk::{NewTenant, Order, Refused, Standing, Task};
use crate::pages::Visit;
use crate::problem::{Error, Kind};
use crate::request::{Form, Nothing, Params, Segments, filled};
use crate::state::App;

use super::{Wanted, setup};

/// A new tenant.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[schema(as = NewTenantForm)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewForm {
    /// `[a-z0-9-]{1,40}`.
    pub(super) key: String,
    /// By which its id is found.
    #[serde(default, deserialize_with = "filled")]
    pub(super) domain: Option<String>,
    /// As everybody knows it.
    #[serde(default, deserialize_with = "filled")]
    pub(super) name: Option<String>,
}

/// What is known after the app was registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppForm {
    /// "Application (client) ID" in Entra.
    client_id: String,
}

/// What is to become of a certificate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateForm {
    /// `stage`, `activate` or `abandon`.
    deed: String,
}

/// Add a tenant
///
/// As the page's form sends it: makes key, certificate and profile in the home folder.
#[utoipa::path(post, path = "/tenants", tag = "pages",
    operation_id = "addTenant",
    request_body(content = NewForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The page, with why nothing was added",
            content_type = "text/html"),
        (status = 303, description = "To what is to be done next"),
        (status = 400, description = "The form is not understood"),
        (status = 413, description = "The form is too large"),
        (status = 415, description = "It is no form")))]
pub(crate) async fn add(
    Admin(caller): Admin,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<NewForm>,
) -> Result<Response, Error> {
    let key = match TenantKey::parse(form.key.trim()) {
        Ok(key) => key,
        Err(error) => {
            let refused = Refused::Because(error.to_string());
            return super::shown(&app, visit, &Wanted::default(), Some((refused, form))).await;
        }
    };
    let new = NewTenant {
        domain: form.domain.clone(),
        name: form.name.clone(),
        ..NewTenant::default()
    };
    let asked = Asked {
        caller,
        key,
        what: Deed::TenantCreated,
        detail: form.domain.clone().unwrap_or_default(),
    };
    let address = setup::address(&asked.key);
    match asked.done(&app, &visit, Task::Add(new)).await? {
        Ok(_) => Ok(Redirect::to(&address).into_response()),
        Err(refused) => super::shown(&app, visit, &Wanted::default(), Some((refused, form))).await,
    }
}

/// Complete a tenant
///
/// As the page's form sends it: writes the app's id into the profile.
#[utoipa::path(post, path = "/tenants/{tenant}/setup", tag = "pages",
    operation_id = "completeTenant",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body(content = AppForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The page, with why nothing was changed",
            content_type = "text/html"),
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 413, description = "The form is too large"),
        (status = 415, description = "It is no form")))]
pub(crate) async fn complete(
    Admin(caller): Admin,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<AppForm>,
) -> Result<Response, Error> {
    let key = TenantKey::parse(&given).map_err(|_| Error::unknown_tenant(&given))?;
    let new = NewTenant {
        client_id: Some(form.client_id.trim().to_owned()),
        ..NewTenant::default()
    };
    let asked = Asked {
        caller,
        key,
        what: Deed::TenantCompleted,
        detail: form.client_id.trim().to_owned(),
    };
    asked.answered(&app, visit, Task::Add(new)).await
}

/// Replace a certificate
///
/// As the page's form sends it: makes a new one, takes it over, or gives it up.
#[utoipa::path(post, path = "/tenants/{tenant}/certificate", tag = "pages",
    operation_id = "replaceCertificate",
    params(("tenant" = String, Path, description = "The tenant's key", example = "iseschool")),
    request_body(content = CertificateForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The page, with why nothing was changed",
            content_type = "text/html"),
        (status = 303, description = "Back to the page"),
        (status = 400, description = "The form is not understood"),
        (status = 404, description = "There is no such tenant"),
        (status = 413, description = "The form is too large"),
        (status = 415, description = "It is no form")))]
pub(crate) async fn replace(
    Admin(caller): Admin,
    Shared(app): Shared<App>,
    Segments(given): Segments<String>,
    visit: Visit,
    Params(Nothing {}): Params<Nothing>,
    Form(form): Form<CertificateForm>,
) -> Result<Response, Error> {
    let key = TenantKey::parse(&given).map_err(|_| Error::unknown_tenant(&given))?;
    let (task, what) = match form.deed.as_str() {
        "stage" => (Task::Stage, Deed::CertificateStaged),
        "activate" => (Task::Activate, Deed::CertificateActivated),
        "abandon" => (Task::Abandon, Deed::CertificateAbandoned),
        _ => {
            let detail = "deed: is not one of stage, activate, abandon.";
            return Err(Error::new(Kind::InvalidBody, detail));
        }
    };
    let asked = Asked {
        caller,
        key,
        what,
        detail: String::new(),
    };
    asked.answered(&app, visit, task).await
}

/// Something that is to be done to a tenant, and how it is noted.
struct Asked {
    caller: Caller,
    key: TenantKey,
    what: Deed,
    detail: String,
}

impl Asked {
    /// Has it done and noted, whatever becomes of the one who asked: what was written into the home
    /// folder stays, so its row must not be lost with a request.
    async fn done(
        self,
        app: &App,
        visit: &Visit,
        task: Task,
    ) -> Result<Result<Standing, Refused>, Error> {
        // What could not be noted is not begun.
        app.store().revision().await?;
        let (app, language, now) = (app.clone(), visit.language(), visit.now);
        let deed = async move {
            let done = ordered(&app, language, &self.key, task).await;
            if done.as_ref().is_ok_and(|standing| standing.changed) {
                let (store, by) = (app.store(), self.caller.by());
                let of = self.key.as_str();
                store.note(by, self.what, of, &self.detail, now).await?;
            }
            Ok(done)
        };
        let ended = tokio::spawn(deed).await;
        ended.map_err(|error| Error::internal(format!("an order: {error}")))?
    }

    async fn answered(self, app: &App, visit: Visit, task: Task) -> Result<Response, Error> {
        let key = self.key.clone();
        match self.done(app, &visit, task).await? {
            Ok(_) => Ok(Redirect::to(&setup::address(&key)).into_response()),
            Err(Refused::Unknown) => Err(Error::unknown_tenant(key.as_str())),
            Err(refused) => setup::shown(app, visit, &key, Some(refused)).await,
        }
    }
}

/// What the desk says. Without one, home is a mount.
pub(super) async fn ordered(
    app: &App,
    language: Language,
    key: &TenantKey,
    task: Task,
) -> Result<Standing, Refused> {
    let Some(desk) = &app.options().desk else {
        let how = format!("licensetool tenant new {key} --domain … --out DIR");
        return Err(Refused::ReadOnly(how));
    };
    let order = Order {
        key: key.clone(),
        task,
        language,
    };
    desk.order(order).await
}
