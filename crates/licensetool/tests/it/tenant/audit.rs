//! What the commands did to the home folder is in the audit, if there is a store that holds one.

use domain::Deed;
use store::{AuditFilter, Origin, Store};
use tempfile::TempDir;

use super::{NEXT, demo, fresh, known_certificate, licensetool, says};

/// What was noted since the store was made, oldest first.
async fn noted(home: &TempDir) -> Vec<(Deed, String)> {
    let url = format!("sqlite:{}", home.path().join("licensetool.db").display());
    let store = Store::open(&url).await.unwrap();
    let rows = store
        .audit(&AuditFilter::default(), None, 99)
        .await
        .unwrap();
    store.close().await;
    let noted = rows.into_iter().rev().map(|row| {
        let by = (&*row.who, row.from, &*row.subject);
        assert_eq!(by, ("tester", Some(Origin::CommandLine), "iseschool"));
        (row.what, row.detail)
    });
    noted.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_has_a_row_and_what_was_not_has_none() {
    let office = demo().await;
    let home = fresh(&office, "language = \"en\"");
    let new = [
        "tenant",
        "new",
        "iseschool",
        "--domain",
        "iseschool.example",
    ];
    let first = licensetool(&home, &new).await;
    says(&first, 0, &["the audit has no row", "there is no store"]);

    licensetool(&home, &["run", "--once"]).await;
    let app = office.sim.credential("iseschool").client_id.to_string();
    let complete = ["tenant", "new", "iseschool", "--client-id", &app];
    for _ in 0..2 {
        let completed = licensetool(&home, &complete).await;
        says(&completed, 0, &[]);
        assert_eq!(completed.err, "");
    }
    let mut expected = vec![(Deed::TenantCompleted, app.clone())];
    assert_eq!(noted(&home).await, expected);

    let rotate = ["tenant", "rotate", "iseschool"];
    let abandon = ["tenant", "rotate", "iseschool", "--abandon"];
    says(&licensetool(&home, &rotate).await, 0, &["stays in use"]);
    licensetool(&home, &rotate).await;
    for _ in 0..2 {
        says(&licensetool(&home, &abandon).await, 0, &[]);
    }
    known_certificate(&office, home.path(), NEXT);
    says(&licensetool(&home, &rotate).await, 0, &["names it now"]);
    let what = [
        Deed::CertificateStaged,
        Deed::CertificateAbandoned,
        Deed::CertificateActivated,
    ];
    expected.extend(what.map(|what| (what, String::new())));
    assert_eq!(noted(&home).await, expected);
}
