//! The pages of a sign-in: which account somebody takes, and the way back by a form.

use std::fmt::Write as _;

use http::StatusCode;

use super::super::Entra;
use super::asked::Asked;
use crate::html::{self, escape};
use crate::message::Reply;
use crate::world::sign_in::Account;

impl Entra {
    /// Every account of the world: Entra, too, lets anybody type a name.
    pub(super) fn picker(&self, asked: &Asked) -> Reply {
        let accounts = self.world.sign_in().map(|spec| &spec.accounts);
        let mut accounts: Vec<&Account> = accounts.into_iter().flatten().collect();
        let hinted = |account: &&Account| {
            let hint = asked.login_hint.as_deref();
            hint.is_some_and(|hint| hint.eq_ignore_ascii_case(&account.username))
        };
        // The hinted one comes first, where the keyboard is.
        accounts.sort_by_key(|account| !hinted(account));
        let mut choices = String::new();
        for (place, account) in accounts.iter().enumerate() {
            self.choice(&mut choices, account, place == 0);
        }
        let tenant = self.world.at(asked.tenant);
        let body = format!(
            "<p>to continue to <b>{}</b> of {}. No password is asked for.</p>\n\
             <form method=\"post\" action=\"{}\">\n<ul class=\"choices\">\n{choices}</ul>\n\
             <p><button name=\"cancel\" value=\"1\">Cancel</button></p>\n</form>\n",
            escape(&asked.app.name),
            escape(&tenant.name),
            escape(&asked.again),
        );
        html::page(StatusCode::OK, "Pick an account", &body)
    }

    fn choice(&self, html: &mut String, account: &Account, first: bool) {
        let tenant = self.world.tenant(&account.tenant);
        let roles = match account.roles.as_slice() {
            [] => "no role".to_owned(),
            roles => roles.join(", "),
        };
        let focus = if first { " autofocus" } else { "" };
        writeln!(
            html,
            "<li><button name=\"account\" value=\"{}\"{focus}><b>{}</b><small>{}</small>\
             <small>{}: {}</small></button></li>",
            account.oid,
            escape(&account.name),
            escape(&account.username),
            escape(tenant.map_or("", |tenant| &tenant.name)),
            escape(&roles),
        )
        .expect("a text takes any text");
    }
}

/// Entra sends this form by script; here somebody presses the button.
pub(super) fn form_post(to: &str, told: &[(String, String)]) -> Reply {
    let body = format!(
        "<form method=\"post\" action=\"{}\">\n{}<p><button autofocus>Continue</button></p>\n\
         </form>\n",
        escape(to),
        html::hidden(told),
    );
    html::page(StatusCode::OK, "Back to the app", &body)
}
