//! `licensetool tenant rotate`: the old certificate stays in use until Entra accepts the new one.

use microsoft_sim::{Call, Fault, FaultKind};

use super::{NEXT, PEM, PROFILE, at, demo, fresh, known_certificate, licensetool, read, says};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_waits_until_it_is_uploaded() {
    let office = demo().await;
    let (home, rotate) = (&office.home, ["tenant", "rotate", "iseschool"]);
    office.set_first("language = \"en\"");
    let before = read(home.path(), PROFILE);
    let first = licensetool(home, &rotate).await;
    let upload = home.path().join(NEXT).with_extension("crt");
    let old = before["thumbprint"].as_str().unwrap();
    let words = [
        "stays in use",
        "Upload certificate",
        upload.to_str().unwrap(),
        old,
    ];
    says(&first, 0, &words);
    let list = licensetool(home, &["tenant", "list"]).await;
    let waits = at(home, "tenant rotate iseschool`");
    let ends = at(home, "tenant rotate iseschool2013`");
    let words = [
        &*format!("a new certificate waits: `{waits}"),
        "certificate ends soon",
        &*format!("ends in 11 days: `{ends}"),
    ];
    says(&list, 0, &words);
    let second = licensetool(home, &rotate).await;
    says(&second, 1, &["nothing was changed", "AADSTS700027"]);
    assert_eq!(read(home.path(), PROFILE), before);
    let abandoned = licensetool(home, &["tenant", "rotate", "iseschool", "--abandon"]).await;
    says(&abandoned, 0, &["Removed:", NEXT]);
    assert!(!home.path().join(NEXT).exists());
    let fault = Fault {
        tenant: None,
        call: Call::Token,
        kind: FaultKind::Reset,
        times: None,
    };
    says(&licensetool(home, &rotate).await, 0, &[]);
    office.sim.order(fault);
    says(
        &licensetool(home, &rotate).await,
        2,
        &["Nothing was changed"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_entra_accepts_takes_over() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
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
    says(&licensetool(&home, &new).await, 0, &[]);
    let old = read(home.path(), PROFILE)["thumbprint"].clone();
    // As if it had been made by `rotate` and uploaded since.
    known_certificate(&office, home.path(), NEXT);
    let remove = ["tenant", "rotate", "iseschool", "--remove-old"];
    says(
        &licensetool(&home, &remove).await,
        2,
        &["so the old files stay", "AADSTS700027"],
    );
    let rotated = licensetool(&home, &["tenant", "rotate", "iseschool"]).await;
    let words = ["names it now", "--remove-old", old.as_str().unwrap(), PEM];
    says(&rotated, 0, &words);
    let check = licensetool(&home, &["tenant", "check", "iseschool"]).await;
    says(&check, 0, &["✓ subscriptions"]);
    says(&licensetool(&home, &remove).await, 0, &["Removed:", PEM]);
    assert!(!home.path().join(PEM).exists());
    says(
        &licensetool(&home, &remove).await,
        0,
        &["nothing to remove"],
    );
    says(
        &licensetool(&home, &["tenant", "check", "iseschool"]).await,
        0,
        &[],
    );
}
