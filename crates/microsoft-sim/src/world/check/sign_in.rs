//! The part of a world file about people: the app by which they sign in, accounts and programs.

use std::collections::HashSet;

use toml::Spanned;
use url::Url;
use uuid::Uuid;

use super::{Reader, check_key};
use crate::world::error::WorldError;
use crate::world::file::{AccountTable, DaemonTable, SignInTable};
use crate::world::sign_in::{Account, DaemonSpec, SignInSpec};
use crate::world::site::SiteSpec;
use crate::world::tenant::TenantSpec;

type People = (Vec<Spanned<AccountTable>>, Vec<Spanned<DaemonTable>>);

impl Reader<'_> {
    /// A company with a site has such an app, even if the file does not say so.
    pub(super) fn sign_in(
        &self,
        table: Option<Spanned<SignInTable>>,
        (accounts, daemons): People,
        tenants: &[TenantSpec],
        site: Option<&SiteSpec>,
    ) -> Result<Option<SignInSpec>, WorldError> {
        let nobody = accounts.is_empty() && daemons.is_empty();
        if table.is_none() && site.is_none() && nobody {
            return Ok(None);
        }
        let start = table.as_ref().map_or(0, |table| table.span().start);
        let table = table.map(Spanned::into_inner).unwrap_or_default();
        let mut app = app(table, tenants, site).map_err(|error| error.line(self.text, start))?;
        for account in accounts {
            let start = account.span().start;
            let read = person(account.into_inner(), tenants, &app.accounts);
            app.accounts
                .push(read.map_err(|error| error.line(self.text, start))?);
        }
        for daemon in daemons {
            let start = daemon.span().start;
            let read = program(daemon.into_inner(), &tenants[app.tenant], &app.daemons);
            app.daemons
                .push(read.map_err(|error| error.line(self.text, start))?);
        }
        Ok(Some(app))
    }
}

fn app(
    table: SignInTable,
    tenants: &[TenantSpec],
    site: Option<&SiteSpec>,
) -> Result<SignInSpec, WorldError> {
    let position = match (&table.tenant, site) {
        (Some(key), _) => position(key, tenants, "sign_in.tenant")?,
        (None, Some(site)) => site.tenant,
        (None, None) => {
            let message =
                "nobody knows whose app people sign in with: write tenant under [sign_in]";
            return Err(WorldError::new(message).field("sign_in.tenant"));
        }
    };
    let tenant = &tenants[position];
    let of_site = || site.map(|site| site.profile.clone());
    let profile = table.profile.or_else(of_site);
    let profile = profile.unwrap_or_else(|| tenant.key.clone());
    check_key(&profile).map_err(|error| error.field("sign_in.profile"))?;
    let addresses = table.redirect_uris.iter().flatten();
    for address in addresses.chain(&table.logout_urls) {
        if Url::parse(address).is_err() {
            let message = format!("\"{address}\" is no address: write it whole, with its scheme");
            return Err(WorldError::new(message).field("sign_in"));
        }
    }
    let made = SignInSpec::new(tenant, position, profile);
    Ok(SignInSpec {
        name: table.name.unwrap_or(made.name),
        client_id: table.client_id.unwrap_or(made.client_id),
        secret: table.secret,
        redirect_uris: table.redirect_uris.unwrap_or(made.redirect_uris),
        logout_urls: table.logout_urls,
        ..made
    })
}

fn position(key: &str, tenants: &[TenantSpec], field: &str) -> Result<usize, WorldError> {
    let position = tenants.iter().position(|tenant| tenant.key == key);
    position
        .ok_or_else(|| WorldError::new(format!("no tenant \"{key}\" in this file")).field(field))
}

fn person(
    table: AccountTable,
    tenants: &[TenantSpec],
    others: &[Account],
) -> Result<Account, WorldError> {
    let tenant = &tenants[position(&table.tenant, tenants, "account.tenant")?];
    let taken = |it: &Account| it.username.eq_ignore_ascii_case(&table.username);
    if others.iter().any(taken) {
        let message = format!("\"{}\" is another account's too", table.username);
        return Err(WorldError::new(message).field("account.username"));
    }
    if !table.username.contains('@') {
        let message = format!(
            "\"{}\" has no @: write it like a mail address",
            table.username
        );
        return Err(WorldError::new(message).field("account.username"));
    }
    Ok(Account::new(
        tenant,
        table.name,
        table.username,
        table.roles,
    ))
}

fn program(
    table: DaemonTable,
    tenant: &TenantSpec,
    others: &[DaemonSpec],
) -> Result<DaemonSpec, WorldError> {
    let taken: HashSet<&str> = others.iter().map(|it| it.name.as_str()).collect();
    if taken.contains(table.name.as_str()) {
        let message = format!("\"{}\" is another program's too", table.name);
        return Err(WorldError::new(message).field("daemon.name"));
    }
    let client_id = format!("daemon {}", table.name);
    Ok(DaemonSpec {
        client_id: Uuid::new_v5(&tenant.tenant_id, client_id.as_bytes()),
        name: table.name,
        secret: table.secret,
        roles: table.roles,
    })
}
