//! The roles of `docs/postgresql-roles.sql`: each service can do its work, and nothing else.

use domain::{Action, Layer, Pin, Scope, Settings};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use store::{Acted, Address, Agreed, Finished, Password, Recorded, Settled, Store, Synced};
use throwaway_postgres::{Server, answer};

use crate::fixture::{
    by, claim, entry, judge, key, minute, purchase, routes, seen_with, sku, the_alert,
};

const SERVICES: [&str; 4] = ["web", "collect", "evaluate", "deliver"];

/// A migrated database with its roles. They are the server's, so it is one of its own.
async fn server() -> (Server, String) {
    let server = Server::start(&throwaway_postgres::Settings::default());
    let url = server.database();
    let name = url.rsplit('/').next().unwrap().to_owned();
    Store::open(&url).await.unwrap().migrate().await.unwrap();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/postgresql-roles.sql"
    );
    for _ in 0..2 {
        let mut psql = server.client("psql");
        psql.args([
            "-qX",
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            &name,
            "--file",
            file,
        ]);
        answer(&mut psql);
    }
    for service in SERVICES {
        let sql = format!("ALTER ROLE licensetool_{service} PASSWORD 'of {service}'");
        server.sql(&name, &sql);
    }
    (server, name)
}

async fn of(service: &str, server: &Server, name: &str) -> Store {
    let url = server.url(&format!("licensetool_{service}"), name);
    let password = Password::new(&format!("of {service}"));
    let address = Address::parse(&url).unwrap().password(Some(password));
    let store = Store::connect(&address).await.unwrap();
    assert!(store.schema().await.unwrap().fits());
    store.revision().await.unwrap();
    store
}

async fn collects(store: &Store) {
    store
        .sync_tenants(&[entry("a"), entry("b")], minute(0))
        .await
        .unwrap();
    store.request_refresh(&[], None, minute(0)).await.unwrap();
    let claims = claim(store, "w", minute(1), 1).await;
    let bought = [purchase("p", 100, "2027-01-01T00:00:00Z")];
    let look = seen_with(minute(1), &[sku("A3", 100, 100)], &bought);
    let finished = Finished {
        claim: claims[0].clone(),
        look,
        next_due: minute(30),
    };
    let recorded = store.finish(&[finished]).await.unwrap();
    assert_eq!(recorded, [Recorded::Changed { skus: 1 }]);
    let other = claim(store, "w", minute(1), 1).await;
    store.release(&other).await.unwrap();
    store.next_due(minute(1)).await.unwrap();
    store.sync_tenants(&[entry("a")], minute(1)).await.unwrap();
}

async fn evaluates(store: &Store) {
    judge(store, Some(0), &["mail", "list"], minute(2)).await;
    store.state(&key("a")).await.unwrap();
    store.renewals(&key("a")).await.unwrap();
    store.policies(Layer::default()).await.unwrap();
    store.end_alerts_of_removed(minute(2)).await.unwrap();
    store
        .end_unroutable(&["mail", "list"], minute(0), minute(2))
        .await
        .unwrap();
    store.forget_alerts(minute(0), 10).await.unwrap();
    store.forget_audit(minute(0)).await.unwrap();
    compacts(store).await;
}

async fn compacts(store: &Store) {
    let (until, lease) = (minute(60 * 24 * 9), SignedDuration::from_mins(1));
    let claims = store.claim_compaction(until, minute(2), 9, lease);
    let claims = claims.await.unwrap();
    assert!(!claims.is_empty());
    for claim in claims {
        let zone = TimeZone::UTC;
        store.compact(&claim, until, until, &zone).await.unwrap();
    }
}

/// What people have written into a list: a switch, and that somebody takes care of an alert.
async fn takes_over(store: &Store) {
    let (enabled, monitoring) = (true, true);
    let ours = Settings {
        enabled,
        monitoring,
    };
    let agreed = Agreed {
        item: "1".to_owned(),
        settings: ours,
        writing: None,
    };
    assert!(
        store
            .agree("list", &key("a"), &agreed, ours, minute(3))
            .await
            .unwrap()
    );
    let theirs = Settings {
        monitoring: false,
        ..ours
    };
    store
        .about_to_write("list", &[(key("a"), theirs)])
        .await
        .unwrap();
    let agreed = Agreed {
        settings: theirs,
        ..agreed
    };
    assert!(
        store
            .agree("list", &key("a"), &agreed, ours, minute(3))
            .await
            .unwrap()
    );
    let alert = the_alert(store, "a").await;
    let why = "technician".into();
    let (routes, list) = (routes(&["mail"]), by("list"));
    let acted = store.act(
        alert.id,
        None,
        Action::Acknowledge,
        list,
        &why,
        &routes,
        minute(3),
    );
    assert!(matches!(acted.await.unwrap(), Acted::Done(_)));
}

async fn delivers(store: &Store) {
    let lease = SignedDuration::from_mins(1);
    let claimed = store
        .claim_deliveries("mail", "w", minute(3), 9, lease)
        .await
        .unwrap();
    let settled = Settled::Delivered { remark: None };
    store
        .settle(&[(claimed[0].clone(), settled)], minute(3))
        .await
        .unwrap();

    store.add_channel("list", minute(3)).await.unwrap();
    let claimed = store
        .claim_channel("list", "w", minute(3), lease)
        .await
        .unwrap();
    store.states().await.unwrap();
    store.names().await.unwrap();
    store.part_numbers_ever().await.unwrap();
    store.asked("list").await.unwrap();
    store.catch_up("list", minute(3)).await.unwrap();
    store.undelivered("list").await.unwrap();
    let value = ("threshold".to_owned(), "5".to_owned());
    store.set_parameters("list", &[value]).await.unwrap();
    takes_over(store).await;
    let synced = Synced {
        next: minute(9),
        hold: None,
        failure: None,
        remarks: Vec::new(),
    };
    let claim = claimed.unwrap();
    assert!(
        store
            .release_channel(&claim, &synced, minute(3))
            .await
            .unwrap()
    );
}

async fn serves(store: &Store) {
    let anna = by("anna");
    store.add_tenant(&entry("c"), minute(4)).await.unwrap();
    store
        .switch(&key("a"), None, Some(true), anna, minute(4))
        .await
        .unwrap();
    let alert = the_alert(store, "a").await;
    let why = "not yet".into();
    let (routes, reopen) = (routes(&["mail"]), Action::Reopen);
    let reopen = store.act(alert.id, None, reopen, anna, &why, &routes, minute(4));
    assert!(matches!(reopen.await.unwrap(), Acted::Done(_)));
    let scope = Scope::Tenant(key("a"));
    store
        .set_policy(&scope, Layer::default(), None, anna, minute(4))
        .await
        .unwrap();
    for pin in [Some(Pin::Renews), None] {
        store
            .set_pin(&key("a"), "p", pin, anna, minute(4))
            .await
            .unwrap();
    }
    store
        .request_refresh(&[key("a")], Some(anna), minute(4))
        .await
        .unwrap();
    store
        .request_refresh(&[], Some(anna), minute(60 * 24 * 40))
        .await
        .unwrap();
    let told = store
        .deliveries(&store::DeliveryFilter::default(), None, 9)
        .await
        .unwrap();
    store
        .revive(told[0].message, &told[0].channel, anna, minute(4))
        .await
        .unwrap();
    store.want_sync(None, minute(4)).await.unwrap();
    store
        .add_manual_license("Zoom", 3, anna, minute(4))
        .await
        .unwrap();
    store.end_session("s", minute(9), minute(4)).await.unwrap();
    assert!(
        store
            .end_session_elsewhere("t", minute(9), minute(4))
            .await
            .unwrap()
    );
    assert!(store.has_ended("s", None, minute(5)).await.unwrap());
    assert!(
        !store
            .audit(&store::AuditFilter::default(), None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    store.alert_counts().await.unwrap();
    store.queues().await.unwrap();
}

#[tokio::test]
async fn each_service_can_do_its_work() {
    let (server, name) = server().await;
    let [web, collect, evaluate, deliver] = SERVICES;
    collects(&of(collect, &server, &name).await).await;
    evaluates(&of(evaluate, &server, &name).await).await;
    delivers(&of(deliver, &server, &name).await).await;
    serves(&of(web, &server, &name).await).await;

    let may = |role: &str, what: &str, table: &str| {
        let sql = format!("SELECT has_table_privilege('licensetool_{role}', '{table}', '{what}')");
        server.sql(&name, &sql) == "t"
    };
    for role in SERVICES {
        assert!(may(role, "SELECT", "contract"));
        for table in [
            "contract",
            "_sqlx_migrations",
            "sku_value",
            "sighting",
            "alert_change",
        ] {
            assert!(!may(role, "UPDATE", table), "{role} changes {table}");
        }
        assert_eq!(may(role, "INSERT", "sku_value"), role == "collect");
        assert_eq!(may(role, "SELECT", "ended_session"), role == "web");
        assert_eq!(
            may(role, "SELECT", "audit"),
            ["web", "evaluate"].contains(&role)
        );
        assert!(!may(role, "UPDATE", "audit"), "{role} changes the audit");
        for table in ["audit", "sku_value", "gap", "sighting"] {
            assert_eq!(may(role, "DELETE", table), role == "evaluate", "{table}");
        }
        let makes = "SELECT has_schema_privilege('licensetool_{role}', 'public', 'CREATE')";
        assert_eq!(server.sql(&name, &makes.replace("{role}", role)), "f");
    }
    // Releases that may stay while they are replaced go on working: collect of schema 6 did this.
    let oldest = server.sql(&name, "SELECT oldest FROM contract");
    assert_eq!(may(collect, "INSERT", "product"), oldest == "6");
    let collect = of(collect, &server, &name).await;
    let refused = collect.audit(&store::AuditFilter::default(), None, 9).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("docs/postgresql-roles.sql"), "{refused}");
}
