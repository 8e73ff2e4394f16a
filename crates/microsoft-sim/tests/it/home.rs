//! The home folder that a simulator writes, as the real program reads it.

use std::fs;
use std::path::Path;

use microsoft_sim::{Options, Simulator, Tls, World};
use serde_json::Value;

use crate::client::Session;
use crate::office::Office;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn a_home_holds_what_a_client_needs_and_nobody_else_may_read() {
    let options = Options {
        tls: Tls::Generated,
        now: Some("2026-08-10T06:00:00Z".parse().unwrap()),
        ..Options::default()
    };
    let session = Session::start(options).await;
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("new/home");
    session.simulator.write_home(&home).unwrap();

    let credential = session.simulator.credential("north");
    let profile = json(&home.join("config-profiles/tenants/config-north-profile.json"));
    let fields: Vec<_> = profile
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "cert_path",
        "client_id",
        "expires",
        "tenant_id",
        "tenant_name",
        "thumbprint",
    ];
    assert_eq!(fields, expected);
    assert_eq!(profile["tenant_name"], "North School");
    assert_eq!(profile["tenant_id"], credential.tenant_id.to_string());
    assert_eq!(profile["thumbprint"], credential.thumbprint_sha1_hex);
    assert_eq!(profile["expires"], "2027-07-11");

    assert_eq!(profile["cert_path"], "certs/north/mycert_north.pem");
    let pem = home.join("certs/north/mycert_north.pem");
    let text = fs::read_to_string(&pem).unwrap();
    assert!(text.starts_with(&credential.key_pem) && text.contains("BEGIN CERTIFICATE"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            fs::metadata(&pem).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let info = json(&home.join("certs/infos/cert-north-info.json"));
    assert_eq!(info["subject"], "CN=licensetool north");
    assert_eq!(info["thumbprint"], credential.thumbprint_sha1_hex);
    assert_eq!(info["not_after"], "2027-07-11T00:00:00Z");

    let ca = fs::read_to_string(home.join("ca.pem")).unwrap();
    assert_eq!(Some(ca.as_str()), session.simulator.ca_pem());
    let settings: toml::Table = fs::read_to_string(home.join("licensetool.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let microsoft = &settings["microsoft"];
    let base_url = session.simulator.base_url();
    assert_eq!(microsoft["authority"].as_str(), Some(&*base_url));
    assert_eq!(microsoft["graph"].as_str(), Some(&*base_url));
    assert_eq!(microsoft["ca_file"].as_str(), Some("ca.pem"));
}

#[tokio::test]
async fn a_home_of_ones_own_is_never_overwritten() {
    let session = Session::start(Options::default()).await;
    let own = tempfile::tempdir().unwrap();
    fs::create_dir(own.path().join("certs")).unwrap();
    let error = session
        .simulator
        .write_home(own.path())
        .unwrap_err()
        .to_string();
    assert!(error.contains("choose an empty folder"), "{error}");
    fs::write(
        own.path().join("licensetool.toml"),
        "listen = \"127.0.0.1:1\"",
    )
    .unwrap();
    assert!(session.simulator.write_home(own.path()).is_err());

    let simulated = tempfile::tempdir().unwrap();
    session.simulator.write_home(simulated.path()).unwrap();
    let again = Session::start(Options::default()).await;
    again.simulator.write_home(simulated.path()).unwrap();
    assert!(!simulated.path().join("ca.pem").exists());
    let pem = fs::read_to_string(simulated.path().join("certs/north/mycert_north.pem")).unwrap();
    assert!(pem.starts_with(&again.simulator.credential("north").key_pem));
}

#[tokio::test]
async fn many_tenants_share_a_key_and_have_a_profile_each() {
    let simulator = Simulator::start(World::generate(50, 1, 1), Options::default())
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    simulator.write_home(dir.path()).unwrap();
    let profiles = fs::read_dir(dir.path().join("config-profiles/tenants")).unwrap();
    assert_eq!(profiles.count(), 50);
}

#[tokio::test]
async fn a_company_has_a_profile_of_its_site_and_none_of_a_tenant() {
    let office = Office::open().await;
    let dir = tempfile::tempdir().unwrap();
    office.session.simulator.write_home(dir.path()).unwrap();
    let profiles = dir.path().join("config-profiles");
    let profile = json(&profiles.join("sharepoint/sp-config-service-profile.json"));
    let credential = office.session.simulator.credential("company");
    assert_eq!(profile["tenant_id"], credential.tenant_id.to_string());
    assert_eq!(profile["client_id"], credential.client_id.to_string());
    assert_eq!(profile["thumbprint"], credential.thumbprint_sha1_hex);
    assert_eq!(profile["cert_path"], "certs/service/mycert_service.pem");
    let pem = fs::read_to_string(dir.path().join("certs/service/mycert_service.pem")).unwrap();
    assert!(pem.starts_with(&credential.key_pem) && pem.contains("BEGIN CERTIFICATE"));

    let infos = &profile["sharepoint_infos"];
    assert_eq!(infos["site_id"], office.site.site_id);
    assert_eq!(infos["license_list_id"], office.site.licences);
    assert_eq!(infos["tenant_list_id"], office.site.tenants);
    assert_eq!(infos["parameter_list_id"], office.site.parameters);
    assert_eq!(infos["tenant_field"], "Title");
    let columns = office.get(&office.path("Lizenzen", "/columns")).await;
    let columns = columns.body["value"].as_array().unwrap();
    for (label, name) in infos["field_mapping"].as_object().unwrap() {
        assert!(columns.iter().any(|it| it["name"] == *name), "{label}");
    }
    let tenants = fs::read_dir(profiles.join("tenants")).unwrap();
    assert_eq!(tenants.count(), 2, "north and south");
}

#[tokio::test]
async fn a_home_has_a_profile_of_the_app_by_which_people_sign_in() {
    let simulator = Simulator::start(World::demo(), Options::default())
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    simulator.write_home(dir.path()).unwrap();
    let app = simulator.sign_in_app();
    let profile = "config-profiles/auth/auth-config-company-profile.json";
    let profile = json(&dir.path().join(profile));
    let expected = serde_json::json!({
        "tenant_id": app.tenant_id,
        "client_id": app.client_id,
        "thumbprint": app.credential.thumbprint_sha1_hex,
        "cert_path": "certs/sign-in/sign-in.pem",
    });
    assert_eq!(profile, expected);
    let pem = fs::read_to_string(dir.path().join("certs/sign-in/sign-in.pem")).unwrap();
    assert!(pem.starts_with(&app.credential.key_pem) && pem.contains("BEGIN CERTIFICATE"));
    let site = simulator.credential("company");
    assert_ne!(site.thumbprint_sha1_hex, app.credential.thumbprint_sha1_hex);
}
