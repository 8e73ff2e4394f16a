//! Where people sign in: the request of an app is judged, somebody chooses an account, and the app
//! gets a code.

mod asked;
mod picker;

use http::header::SET_COOKIE;
use http::{HeaderValue, Method, StatusCode};
use url::Url;
use uuid::Uuid;

pub(super) use self::asked::redirect_of;
use self::asked::{Asked, Mode};
use super::code::Grant;
use super::{Entra, Refusal, correlation};
use crate::clock::Now;
use crate::html;
use crate::message::{Reply, Request};
use crate::world::sign_in::Account;

/// The cookie in which a browser has the name of its session.
pub(super) const SESSION: &str = "simulator-session";

/// Why nobody is asked for an account.
enum Stop {
    /// The app cannot be trusted to hear it: people read it on a page.
    Page(Refusal),
    /// The app learns it at its address.
    Back(Box<Back>),
}

/// Where an answer goes.
struct Back {
    redirect_uri: String,
    mode: Mode,
    state: Option<String>,
    refusal: Refusal,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Page(refusal)
    }
}

impl Entra {
    pub(super) fn authorize(&self, request: &Request, now: Now) -> Result<Reply, Refusal> {
        let asked = match self.asked(request) {
            Ok(asked) => asked,
            Err(Stop::Page(refusal)) => return Err(refusal),
            Err(Stop::Back(back)) => return Ok(refused(&back, request, now)),
        };
        let body = html::fields(&request.body);
        let choice = if request.method == Method::POST {
            html::field(&body, "account")
        } else {
            None
        };
        match choice {
            Some(oid) => {
                let account = self.chosen(oid, &asked)?;
                Ok(self.signed_in(account, asked, now))
            }
            None if html::field(&body, "cancel").is_some() => {
                let message = "User declined to consent to access the app.";
                let back = asked.back(Refusal::new(65_004, message));
                Ok(refused(&back, request, now))
            }
            None => Ok(self.picker(&asked)),
        }
    }

    /// People of other tenants exist, and this app is not for them.
    fn chosen(&self, oid: &str, asked: &Asked) -> Result<&Account, Refusal> {
        let accounts = self.world.sign_in().map(|spec| &spec.accounts);
        let mut accounts = accounts.into_iter().flatten();
        let account = accounts.find(|it| it.oid.to_string() == oid);
        let account = account.ok_or_else(|| {
            let message = "No such account in this world: go back and choose another one.";
            Refusal::new(50_020, message)
        })?;
        let tenant = self.world.at(asked.tenant);
        if account.tenant == tenant.key {
            return Ok(account);
        }
        let home = self.world.tenant(&account.tenant);
        let home = home.map(|home| home.tenant_id).unwrap_or_default();
        let message = format!(
            "User account '{}' from identity provider 'https://sts.windows.net/{home}/' does not \
             exist in tenant '{}' and cannot access the application '{}'({}) in that tenant. The \
             account needs to be added as an external user in the tenant first. Sign out and sign \
             in again with a different Azure Active Directory user account.",
            account.username, tenant.name, asked.app.client_id, asked.app.name
        );
        Err(Refusal::new(50_020, message))
    }

    fn signed_in(&self, account: &Account, asked: Asked, now: Now) -> Reply {
        let sid = Uuid::new_v4();
        let code = self.codes.give(Grant {
            tenant: asked.tenant,
            client_id: asked.app.client_id,
            redirect_uri: asked.redirect_uri.clone(),
            account: account.clone(),
            nonce: asked.nonce,
            challenge: asked.challenge,
            scope: asked.scope,
            sid,
            given: now.wall,
            redeemed: false,
        });
        let told = [
            ("code".to_owned(), code),
            ("session_state".to_owned(), Uuid::new_v4().to_string()),
        ];
        let mut reply = answer(
            &asked.redirect_uri,
            asked.mode,
            asked.state.as_deref(),
            told,
        );
        // It spares nobody the choice; it says which session a sign-out ends.
        let cookie = format!("{SESSION}={sid}; Path=/; HttpOnly; SameSite=Lax");
        let cookie = HeaderValue::try_from(cookie).expect("letters and digits");
        reply.headers.append(SET_COOKIE, cookie);
        reply
    }
}

fn refused(back: &Back, request: &Request, now: Now) -> Reply {
    let told = back.refusal.parameters(correlation(request), now.wall);
    answer(&back.redirect_uri, back.mode, back.state.as_deref(), told)
}

/// The way back to the app.
fn answer<const N: usize>(
    redirect_uri: &str,
    mode: Mode,
    state: Option<&str>,
    told: [(String, String); N],
) -> Reply {
    let state = state.map(|state| ("state".to_owned(), state.to_owned()));
    let told: Vec<(String, String)> = told.into_iter().chain(state).collect();
    if mode == Mode::FormPost {
        return picker::form_post(redirect_uri, &told);
    }
    let mut url = Url::parse(redirect_uri).expect("an address is judged before it is used");
    match mode {
        Mode::Fragment => {
            let mut fragment = url::form_urlencoded::Serializer::new(String::new());
            url.set_fragment(Some(&fragment.extend_pairs(&told).finish()));
        }
        _ => {
            url.query_pairs_mut().extend_pairs(&told);
        }
    }
    html::redirect(StatusCode::FOUND, url.as_str())
}
