//! `licensetool tenant`: from a domain to a tenant that is seen, and every step that can fail on
//! the way.

mod rotation;
mod audit;
mod erasing;

use std::fs;
use std::path::Path;
use std::time::Duration;

use microsoft_sim::{Call, Fault, FaultKind, World};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::{Ended, Office, alone, https, office, program};
use crate::run::{run, until_rows};

const PROFILE: &str = "config-profiles/tenants/config-iseschool-profile.json";
const PEM: &str = "certs/iseschool/mycert_iseschool.pem";
const NEXT: &str = "certs/iseschool/mycert_iseschool.next.pem";

async fn demo() -> Office {
    office(World::demo(), https()).await
}

/// A home folder without tenants that knows the office's Microsoft.
fn fresh(office: &Office, settings: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for file in ["licensetool.toml", "ca.pem"] {
        fs::copy(office.home.path().join(file), home.path().join(file)).unwrap();
    }
    let file = home.path().join("licensetool.toml");
    let rest = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{settings}\n{rest}")).unwrap();
    home
}

async fn licensetool(home: &TempDir, arguments: &[&str]) -> Ended {
    let mut command = program(home.path());
    command.args(arguments);
    let ended = tokio::task::spawn_blocking(move || command.output());
    Ended::from(ended.await.unwrap().unwrap())
}

fn read(home: &Path, file: &str) -> Value {
    serde_json::from_slice(&fs::read(home.join(file)).unwrap()).unwrap()
}

/// Puts the certificate that Entra knows of the school where it is wanted.
fn known_certificate(office: &Office, home: &Path, file: &str) {
    let to = home.join(file);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(office.home.path().join(PEM), to).unwrap();
}

#[track_caller]
/// A command that works on a home which only the command line names.
fn at(home: &TempDir, command: &str) -> String {
    format!("licensetool --home {} {command}", home.path().display())
}

fn says(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    let said = format!("{}{}", ended.out, ended.err);
    for word in words {
        assert!(said.contains(word), "{word} in {said}");
    }
}

async fn verdicts(home: &TempDir) -> Vec<(String, String)> {
    let ended = licensetool(home, &["tenant", "check", "iseschool", "--format", "json"]).await;
    let answer: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    let code = if answer["proven"] == true { 0 } else { 2 };
    assert_eq!(ended.code, Some(code));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = answer["steps"].as_array().unwrap().iter();
    steps
        .map(|it| (text(&it["step"]), text(&it["verdict"])))
        .collect()
}

/// The first step that was not proven, and how it went.
async fn first_trouble(home: &TempDir) -> (String, String) {
    let steps = verdicts(home).await;
    let trouble = steps.into_iter().find(|(_, verdict)| verdict != "proven");
    trouble.expect("something is not proven")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_added_in_two_runs_and_says_what_to_do_in_entra() {
    let office = demo().await;
    let home = fresh(&office, "");
    let school = office.sim.credential("iseschool");
    let tenant_id = school.tenant_id.to_string();
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        "ISEschool.example",
    ];
    let first = licensetool(&home, &new).await;
    let profile = read(home.path(), PROFILE);
    let thumbprint = profile["thumbprint"].as_str().unwrap();
    let upload = home.path().join(PEM).with_extension("crt");
    // As it works where it is printed.
    let again = at(&home, "tenant new iseschool --client-id …");
    let words = [
        "App-Registrierungen",
        "Zertifikat hochladen",
        upload.to_str().unwrap(),
        thumbprint,
        "Organization.Read.All",
        "Administratorzustimmung",
        &again,
        &tenant_id,
    ];
    says(&first, 0, &words);
    assert_eq!(profile["tenant_id"], tenant_id);
    waits_for_its_app(&home, &tenant_id).await;

    let client_id = school.client_id.to_string();
    let complete = ["tenant", "new", "iseschool", "--client-id", &client_id];
    let second = licensetool(&home, &complete).await;
    let link = format!("/{tenant_id}/adminconsent?client_id={client_id}");
    let link = format!("{}{link}", office.sim.base_url());
    says(
        &second,
        0,
        &[&link, PROFILE, &at(&home, "tenant check iseschool")],
    );
    assert_eq!(read(home.path(), PROFILE)["client_id"], client_id);
    // Nobody has uploaded the certificate.
    let expected = ("registration".to_owned(), "failed".to_owned());
    assert_eq!(first_trouble(&home).await, expected);
    let before = fs::read(home.path().join(PROFILE)).unwrap();
    let third = licensetool(&home, &complete).await;
    says(&third, 0, &["zu schreiben war nichts"]);
    assert_eq!(fs::read(home.path().join(PROFILE)).unwrap(), before);
}

/// What every command says between the two runs.
async fn waits_for_its_app(home: &TempDir, tenant_id: &str) {
    let checked = alone(home.path(), &["config", "check"]);
    says(
        &checked,
        2,
        &["waits for its app", "tenant new iseschool --client-id"],
    );
    let check = licensetool(home, &["tenant", "check", "iseschool"]).await;
    says(
        &check,
        2,
        &[
            "✗ profile",
            "waits for its app",
            "✓ certificate",
            "? app: not tried",
        ],
    );
    let list = licensetool(home, &["tenant", "list"]).await;
    says(
        &list,
        0,
        &[
            "waits for its app",
            tenant_id,
            "(364 d)",
            "nothing was collected yet",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_nobody_has_adds_nothing() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    let new = ["tenant", "new", "iseschool", "--domain", "nobody.example"];
    let ended = licensetool(&home, &new).await;
    says(
        &ended,
        2,
        &[
            "no tenant has the domain nobody.example",
            ".onmicrosoft.com",
        ],
    );
    assert!(!home.path().join("certs").exists());
    let ended = licensetool(&home, &["tenant", "new", "iseschool"]).await;
    says(&ended, 2, &["tenant_id: is missing", "--domain"]);
    let other = "11111111-2222-4333-8444-555555555555";
    let both = [
        "tenant",
        "new",
        "a",
        "--domain",
        "iseschool.example",
        "--tenant-id",
        other,
    ];
    says(
        &licensetool(&home, &both).await,
        2,
        &["belongs to the tenant", other],
    );
    let ended = licensetool(&home, &["tenant", "new", "a", "--domain", "school"]).await;
    says(&ended, 2, &["write a domain such as"]);
}

/// Without a network one can begin all the same; the next run looks the domain up.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_stands_in_until_microsoft_can_be_asked() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    let file = home.path().join("licensetool.toml");
    let settings = fs::read_to_string(&file).unwrap();
    let nowhere = settings.replace(&office.sim.base_url(), "https://127.0.0.1:1");
    fs::write(&file, nowhere).unwrap();
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        "iseschool.example",
    ];
    let ended = licensetool(&home, &new).await;
    says(
        &ended,
        0,
        &["cannot be reached", "iseschool.example stands as tenant_id"],
    );
    assert_eq!(read(home.path(), PROFILE)["tenant_id"], "iseschool.example");
    fs::write(&file, settings).unwrap();
    let school = office.sim.credential("iseschool");
    let client_id = school.client_id.to_string();
    let complete = ["tenant", "new", "iseschool", "--client-id", &client_id];
    says(&licensetool(&home, &complete).await, 0, &[]);
    let tenant_id = school.tenant_id.to_string();
    assert_eq!(read(home.path(), PROFILE)["tenant_id"], tenant_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proven_is_said_line_by_line() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    known_certificate(&office, home.path(), PEM);
    let client_id = office.sim.credential("iseschool").client_id.to_string();
    let domain = "iseschool.example";
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        domain,
        "--client-id",
        &client_id,
    ];
    says(
        &licensetool(&home, &new).await,
        0,
        &["Upload certificate", "adminconsent"],
    );
    let check = licensetool(&home, &["tenant", "check", "iseschool"]).await;
    says(&check, 0, &["days left", "answers with", "subscriptions"]);
    let lines: Vec<&str> = check.out.lines().filter(|it| it.starts_with('✓')).collect();
    assert_eq!(lines.len(), 7, "{}", check.out);
    says(&licensetool(&home, &["run", "--once"]).await, 0, &[]);
    let list = licensetool(&home, &["tenant", "list", "--format", "json"]).await;
    let list: Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!(list["store"], Value::Null);
    let row = &list["tenants"][0];
    assert!(row["seen_at"].is_string() && row["gap"].is_null(), "{row}");
    let unknown = licensetool(&home, &["tenant", "check", "nobody"]).await;
    says(
        &unknown,
        2,
        &["there is no tenant nobody", "tenant new nobody"],
    );
}

/// Each thing that can be wrong fails the step that it concerns, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_fails_its_own_step() {
    let office = demo().await;
    let fault = |call, kind| {
        office.sim.clear_faults();
        office.sim.order(Fault {
            tenant: None,
            call,
            kind,
            times: None,
        });
    };
    let status = |status| FaultKind::Status {
        status,
        retry_after: None,
    };
    let codes = |code| FaultKind::Aadsts { code };
    for (call, kind, step, verdict) in [
        (Call::Token, codes(700_016), "app", "failed"),
        (Call::Token, codes(7_000_112), "app", "failed"),
        (Call::Token, codes(700_027), "registration", "failed"),
        (Call::Token, codes(53_003), "registration", "failed"),
        (Call::Token, codes(700_024), "app", "unproven"),
        (Call::Token, status(503), "app", "unproven"),
        (Call::SubscribedSkus, status(403), "permission", "failed"),
        (
            Call::SubscribedSkus,
            FaultKind::InvalidJson,
            "permission",
            "unproven",
        ),
        (Call::Subscriptions, status(403), "subscriptions", "failed"),
        (Call::Any, FaultKind::Reset, "tenant", "unproven"),
    ] {
        fault(call, kind.clone());
        let expected = (step.to_owned(), verdict.to_owned());
        assert_eq!(
            first_trouble(&office.home).await,
            expected,
            "{call:?} {kind:?}"
        );
    }
    office.sim.clear_faults();
    let mut profile = read(office.home.path(), PROFILE);
    profile["tenant_id"] = json!("11111111-2222-4333-8444-555555555555");
    fs::write(office.home.path().join(PROFILE), profile.to_string()).unwrap();
    let expected = ("tenant".to_owned(), "failed".to_owned());
    assert_eq!(first_trouble(&office.home).await, expected);
    fs::write(office.home.path().join(PEM), "no key").unwrap();
    let expected = ("certificate".to_owned(), "failed".to_owned());
    assert_eq!(first_trouble(&office.home).await, expected);
}

/// Added and rotated beside a program that runs, which is neither told nor restarted.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_program_takes_over_what_the_commands_write() {
    let office = demo().await;
    office.set("[home]\npoll = \"50ms\"");
    let home = &office.home;
    fs::rename(home.path().join(PEM), home.path().join(NEXT)).unwrap();
    for file in [PROFILE, "certs/infos/cert-iseschool-info.json"] {
        fs::remove_file(home.path().join(file)).unwrap();
    }
    let (_running, address) = run(&office);
    let client_id = office.sim.credential("iseschool").client_id.to_string();
    let domain = "iseschool.example";
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        domain,
        "--client-id",
        &client_id,
    ];
    says(&licensetool(home, &new).await, 0, &[]);
    until_refused(home).await;
    says(
        &licensetool(home, &["tenant", "rotate", "iseschool"]).await,
        0,
        &[],
    );
    until_rows(&address, "iseschool").await;
}

/// Asks for the list until the program has found that Entra does not know the certificate.
async fn until_refused(home: &TempDir) {
    let asking = async {
        loop {
            let list = licensetool(home, &["tenant", "list", "--format", "json"]).await;
            let list: Value = serde_json::from_str(&list.out).unwrap();
            let tenants = list["tenants"].as_array().unwrap().iter();
            if tenants.clone().any(|it| it["gap"]["cause"] == "refused") {
                return;
            }
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(60), asking).await;
    asked.expect("the new tenant is asked");
}

/// Kubernetes mounts secrets read-only, behind `..data`.
#[tokio::test(flavor = "multi_thread")]
async fn where_home_is_a_mount_the_files_are_made_elsewhere() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    let mount = home.path().join("config-profiles/tenants/..data");
    fs::create_dir_all(mount).unwrap();
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        "iseschool.example",
    ];
    let refused = licensetool(&home, &new).await;
    let again = "tenant new iseschool --domain iseschool.example --out DIR";
    let again = at(&home, again);
    let secrets = [
        "licensetool-profiles-tenants",
        "licensetool-cert-iseschool",
        "licensetool-cert-infos",
    ];
    says(
        &refused,
        2,
        &[&["read-only mount", &again][..], &secrets].concat(),
    );
    assert!(!home.path().join("certs").exists());
    let out = home.path().join("made/for it");
    let out = out.to_str().unwrap();
    let made = licensetool(&home, &[&new[..], &["--out", out]].concat()).await;
    says(&made, 0, &[&[out, "--client-id …"][..], &secrets].concat());
    let check = format!("licensetool --home '{out}' tenant check iseschool");
    says(&made, 0, &[&check]);
    let client_id = office.sim.credential("iseschool").client_id.to_string();
    let complete = [
        "tenant",
        "new",
        "iseschool",
        "--client-id",
        &client_id,
        "--out",
        out,
    ];
    says(&licensetool(&home, &complete).await, 0, &["adminconsent"]);
    assert_eq!(read(Path::new(out), PROFILE)["client_id"], client_id);

    let watched = &office.home;
    let twice = licensetool(
        watched,
        &[&new[..], &["--out", out, "--name", "x"]].concat(),
    )
    .await;
    says(&twice, 0, &[]);
    let elsewhere = watched.path().join("empty");
    let elsewhere = elsewhere.to_str().unwrap();
    let refused = licensetool(watched, &[&new[..], &["--out", elsewhere]].concat()).await;
    says(
        &refused,
        2,
        &["is in the home folder", "tenant rotate iseschool"],
    );
    fs::create_dir(watched.path().join("certs/iseschool/..data")).unwrap();
    let refused = licensetool(watched, &["tenant", "rotate", "iseschool"]).await;
    says(
        &refused,
        2,
        &["read-only mount", "--home DIR tenant rotate"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_home_says_how_to_begin() {
    let home = tempfile::tempdir().unwrap();
    says(
        &licensetool(&home, &["tenant", "list"]).await,
        0,
        &["tenant new KEY --domain"],
    );
    for command in [&["tenant", "rotate", "a"][..], &["tenant", "check", "a"]] {
        says(
            &licensetool(&home, command).await,
            2,
            &["there is no tenant a", "tenant new a"],
        );
    }
    let ended = licensetool(&home, &["tenant", "new", "A B", "--domain", "x.example"]).await;
    says(&ended, 2, &["is not a tenant key"]);
}

/// As an operator and an administrator go through it: what `check` names next is what is missing,
/// and when the certificate is replaced, there is never one that Entra does not know.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_school_is_watched_after_the_steps_that_were_printed() {
    const KEY: &str = "neueschule";
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    let new = ["tenant", "new", KEY, "--domain", "neueschule.example"];
    says(&licensetool(&home, &new).await, 0, &["App registrations"]);
    let app = office.sim.register_app(KEY, "licensetool").unwrap();
    let client_id = app.to_string();
    let complete = ["tenant", "new", KEY, "--client-id", &client_id];
    says(
        &licensetool(&home, &complete).await,
        0,
        &["Upload certificate"],
    );
    let check = ["tenant", "check", KEY];
    says(
        &licensetool(&home, &check).await,
        2,
        &["✗ registration", "AADSTS700027"],
    );
    let upload = async |file: &str| {
        let pem = fs::read(home.path().join(file)).unwrap();
        office.sim.upload_certificate(KEY, app, &pem).unwrap()
    };
    let old = upload("certs/neueschule/mycert_neueschule.crt").await;
    says(
        &licensetool(&home, &check).await,
        2,
        &["✓ registration", "✗ permission"],
    );
    let permission = "Organization.Read.All";
    office.sim.request_permission(KEY, app, permission).unwrap();
    says(
        &licensetool(&home, &check).await,
        2,
        &["✗ permission", "admin consent"],
    );
    office.sim.consent(KEY, app).unwrap();
    says(&licensetool(&home, &check).await, 0, &["✓ subscriptions"]);

    let rotate = ["tenant", "rotate", KEY];
    says(
        &licensetool(&home, &rotate).await,
        0,
        &["Upload certificate"],
    );
    says(
        &licensetool(&home, &rotate).await,
        1,
        &["nothing was changed"],
    );
    upload("certs/neueschule/mycert_neueschule.next.crt").await;
    says(&licensetool(&home, &check).await, 0, &[old.as_str()]);
    says(
        &licensetool(&home, &rotate).await,
        0,
        &["names it now", old.as_str()],
    );
    office.sim.remove_certificate(KEY, app, &old).unwrap();
    let remove = ["tenant", "rotate", KEY, "--remove-old"];
    says(
        &licensetool(&home, &remove).await,
        0,
        &["mycert_neueschule.crt"],
    );
    says(&licensetool(&home, &check).await, 0, &["✓ subscriptions"]);
}
