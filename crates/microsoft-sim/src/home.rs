//! A home folder that fits the simulator, so that the real program can be pointed at it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::keys::Credential;
use crate::microsoft::Microsoft;
use crate::world::TenantSpec;
use crate::world::sign_in::SignInSpec;
use crate::world::site::{Purpose, SiteSpec};

/// First line of the settings, by which a later start knows that it may overwrite the folder.
const MARK: &str = "# Written by the simulator, which overwrites this folder at its next start.";

const SETTINGS: &str = "licensetool.toml";

pub(crate) fn write(dir: &Path, microsoft: &Microsoft, ca_pem: Option<&str>) -> anyhow::Result<()> {
    ensure!(
        is_ours(dir),
        "{} holds what no simulator has written: choose an empty folder",
        dir.display()
    );
    file(
        dir,
        SETTINGS,
        settings(&microsoft.base_url, ca_pem.is_some()).as_bytes(),
    )?;
    if let Some(ca_pem) = ca_pem {
        file(dir, "ca.pem", ca_pem.as_bytes())?;
    }
    let tenants = microsoft.world.all().enumerate();
    for (index, tenant) in tenants.filter(|(_, tenant)| tenant.watched) {
        if let Some(app) = microsoft.entra.credential(index) {
            tenant_files(dir, tenant, app)?;
        }
    }
    if let Some(site) = microsoft.world.site() {
        let tenant = microsoft.world.at(site.tenant);
        if let Some(app) = microsoft.entra.credential(site.tenant) {
            site_files(dir, site, tenant, app)?;
        }
    }
    if let Some(sign_in) = microsoft.world.sign_in() {
        let tenant = microsoft.world.at(sign_in.tenant);
        if let Some(app) = microsoft.entra.sign_in_credential() {
            sign_in_files(dir, sign_in, tenant, app)?;
        }
    }
    Ok(())
}

fn is_ours(dir: &Path) -> bool {
    match fs::read_to_string(dir.join(SETTINGS)) {
        Ok(text) => text.starts_with(MARK),
        Err(_) => fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none()),
    }
}

fn settings(base_url: &str, with_ca: bool) -> String {
    let ca_file = if with_ca {
        "ca_file = \"ca.pem\"\n"
    } else {
        ""
    };
    format!("{MARK}\n\n[microsoft]\nauthority = \"{base_url}\"\ngraph = \"{base_url}\"\n{ca_file}")
}

fn tenant_files(dir: &Path, tenant: &TenantSpec, app: &Credential) -> anyhow::Result<()> {
    let key = &tenant.key;
    let certificate = format!("certs/{key}/mycert_{key}.pem");
    let read = &app.certificate;
    let ends = read.not_after.to_zoned_datetime(TimeZone::UTC).date();
    let profile = json!({
        "tenant_id": tenant.tenant_id,
        "tenant_name": tenant.name,
        "client_id": tenant.client_id,
        "thumbprint": app.certificate.thumbprint,
        "cert_path": certificate,
        "expires": ends.to_string(),
    });
    let info = json!({
        "subject": read.subject,
        "thumbprint": read.thumbprint,
        "not_before": read.not_before.to_string(),
        "not_after": read.not_after.to_string(),
    });
    let name = format!("config-profiles/tenants/config-{key}-profile.json");
    file(dir, &name, &pretty(&profile))?;
    file(
        dir,
        &format!("certs/infos/cert-{key}-info.json"),
        &pretty(&info),
    )?;
    file(dir, &certificate, app.pem().as_bytes())
}

fn site_files(
    dir: &Path,
    site: &SiteSpec,
    tenant: &TenantSpec,
    app: &Credential,
) -> anyhow::Result<()> {
    let key = &site.profile;
    let certificate = format!("certs/{key}/mycert_{key}.pem");
    let profile = json!({
        "tenant_id": tenant.tenant_id,
        "client_id": tenant.client_id,
        "thumbprint": app.certificate.thumbprint,
        "cert_path": certificate,
        "sharepoint_infos": {
            "site_id": site.id(),
            "license_list_id": site.list_id(Purpose::Licences),
            "tenant_list_id": site.list_id(Purpose::Tenants),
            "parameter_list_id": site.list_id(Purpose::Parameters),
            "tenant_field": "Title",
            "field_mapping": {
                "Tenant": "Tenant",
                "Lizenzname": "Title",
                "Frei": "Frei",
                "Gebraucht": "Gebraucht",
                "Verfügbar": "Verf_x00fc_gbar",
                "Infosup": "Infosup",
            },
        },
    });
    let name = format!("config-profiles/sharepoint/sp-config-{key}-profile.json");
    file(dir, &name, &pretty(&profile))?;
    file(dir, &certificate, app.pem().as_bytes())
}

fn sign_in_files(
    dir: &Path,
    sign_in: &SignInSpec,
    tenant: &TenantSpec,
    app: &Credential,
) -> anyhow::Result<()> {
    let certificate = "certs/sign-in/sign-in.pem";
    let profile = json!({
        "tenant_id": tenant.tenant_id,
        "client_id": sign_in.client_id,
        "thumbprint": app.certificate.thumbprint,
        "cert_path": certificate,
    });
    let key = &sign_in.profile;
    let name = format!("config-profiles/auth/auth-config-{key}-profile.json");
    file(dir, &name, &pretty(&profile))?;
    file(dir, certificate, app.pem().as_bytes())
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// Only the owner may read it: some of the files are keys, and none is anyone else's business.
fn file(dir: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = dir.join(name);
    let folder = path.parent().expect("a file lies in a folder");
    let written = fs::create_dir_all(folder)
        .and_then(|()| private(&path))
        .and_then(|mut file| file.write_all(bytes));
    written.with_context(|| format!("{} cannot be written", path.display()))
}

fn private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
