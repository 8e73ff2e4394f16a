//! The client against the simulator: real tokens, real pages, and every fault it can be ordered.

use std::time::Duration;

use graph::{Client, Cloud, Credential, Error, Settings, Tenant};
use microsoft_sim::{Call, Fault, FaultKind, Options, RetryAfter, Simulator, Tls, World};
use url::Url;

struct Office {
    simulator: Simulator,
    settings: Settings,
}

impl Office {
    /// One attempt a request and a short time-out, unless a test wants otherwise.
    async fn open(options: Options) -> Office {
        let simulator = Simulator::start(World::demo(), options).await.unwrap();
        let url = Url::parse(&simulator.base_url()).unwrap();
        let cloud = Cloud {
            authority: url.clone(),
            graph: url,
        };
        let settings = Settings {
            extra_ca: simulator.ca_pem().map(|pem| pem.as_bytes().to_vec()),
            request_timeout: Duration::from_secs(5),
            max_attempts: 1,
            ..Settings::new(cloud)
        };
        Office {
            simulator,
            settings,
        }
    }

    fn tenant(&self, key: &str) -> Tenant {
        let it = self.simulator.credential(key);
        let (tenant, client) = (it.tenant_id.to_string(), it.client_id.to_string());
        let credential =
            Credential::new(&tenant, &client, &it.certificate_der, &it.key_pem).unwrap();
        Client::new(&self.settings).unwrap().tenant(credential)
    }

    fn order(&self, call: Call, kind: FaultKind, times: Option<u32>) {
        self.simulator.clear_faults();
        self.simulator.order(Fault {
            tenant: None,
            call,
            kind,
            times,
        });
    }
}

fn over_https() -> Options {
    Options {
        tls: Tls::Generated,
        throttle: true,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_consent_counts_from_the_next_question_on() {
    let office = Office::open(over_https()).await;
    let company = office.tenant("company");
    let error = company.subscribed_skus().await.unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
    let app = office.simulator.credential("company").client_id;
    let permission = "Organization.Read.All";
    let simulator = &office.simulator;
    simulator
        .request_permission("company", app, permission)
        .unwrap();
    simulator.consent("company", app).unwrap();
    company.subscribed_skus().await.unwrap();
}

#[tokio::test]
async fn a_regular_world_is_read_without_a_remark_and_with_one_token() {
    let office = Office::open(over_https()).await;
    for key in ["iseschool", "iseschool2013"] {
        let tenant = office.tenant(key);
        let skus = tenant.subscribed_skus().await.unwrap();
        assert!(
            skus.items.len() >= 5 && skus.remarks.is_empty(),
            "{:?}",
            skus.remarks
        );
        for sku in &skus.items {
            assert!(
                sku.sku_id.is_some() && sku.consumed_units.is_some(),
                "{sku:?}"
            );
            assert!(sku.prepaid_units.enabled.is_some(), "{sku:?}");
        }
        let bought = tenant.subscriptions().await.unwrap();
        assert!(
            bought.items.len() >= 5 && bought.remarks.is_empty(),
            "{:?}",
            bought.remarks
        );
        assert!(bought.items.iter().all(|it| it.created.is_some()));
        tenant.organization().await.unwrap();
        let counts = office.simulator.counts();
        assert_eq!(
            (
                counts.calls_of(key, Call::Token),
                counts.calls_of(key, Call::Any)
            ),
            (1, 4)
        );
    }
    assert_eq!(
        office
            .simulator
            .counts()
            .statuses
            .into_keys()
            .collect::<Vec<_>>(),
        [200]
    );
}

#[tokio::test]
async fn what_is_read_is_what_the_world_says() {
    let now = "2026-11-20T09:00:00Z".parse().unwrap();
    let office = Office::open(Options {
        now: Some(now),
        ..over_https()
    })
    .await;
    let told = office.tenant("iseschool").subscribed_skus().await.unwrap();
    let body = office
        .simulator
        .world()
        .subscribed_skus_body("iseschool", now);
    let expected = graph::parse_subscribed_skus(&body.unwrap()).unwrap();
    assert_eq!(told.items, expected.items);
}

/// A fault of an answer, and whether the error is the one that a caller expects.
#[tokio::test]
async fn each_fault_of_graph_becomes_an_error_and_never_a_number() {
    let office = Office::open(over_https()).await;
    let mut settings = office.settings.clone();
    settings.body_limit = 1 << 20;
    settings.page_limit = 5;
    let office = Office { settings, ..office };
    let status = |status| FaultKind::Status {
        status,
        retry_after: None,
    };
    type Expected = fn(&Error) -> bool;
    let unreadable: Expected = |it| matches!(it, Error::Unreadable { .. });
    let broke: Expected = |it| matches!(it, Error::Unreachable { broke: true, .. });
    let unavailable: Expected = |it| matches!(it, Error::Unavailable { .. });
    let elsewhere = "https://elsewhere.example/v1.0/subscribedSkus".to_owned();
    let cases: [(FaultKind, Expected); 15] = [
        (status(403), |it| matches!(it, Error::Denied { .. })),
        (status(404), |it| matches!(it, Error::Gone { .. })),
        (status(429), |it| {
            matches!(
                it,
                Error::Throttled {
                    retry_after: None,
                    ..
                }
            )
        }),
        (status(500), unavailable),
        (status(502), unavailable),
        (status(503), unavailable),
        (status(504), unavailable),
        (FaultKind::Reset, broke),
        (FaultKind::CutOff, broke),
        (FaultKind::InvalidJson, unreadable),
        (FaultKind::Huge { mib: 2 }, unreadable),
        (FaultKind::EndlessPages, unreadable),
        (FaultKind::ForeignNextLink { url: elsewhere }, unreadable),
        (FaultKind::ExpiredToken, |it| {
            matches!(it, Error::Refused { .. })
        }),
        (FaultKind::RevokedToken, |it| {
            matches!(it, Error::Refused { .. })
        }),
    ];
    for (kind, expected) in cases {
        office.order(Call::SubscribedSkus, kind.clone(), None);
        let error = office
            .tenant("iseschool")
            .subscribed_skus()
            .await
            .unwrap_err();
        assert!(expected(&error), "{kind:?}: {error:?}");
        assert!(!error.advice().is_empty());
    }
}

#[tokio::test]
async fn values_of_the_wrong_type_are_remarked_and_never_become_numbers() {
    let office = Office::open(over_https()).await;
    office.order(Call::SubscribedSkus, FaultKind::WrongTypes, None);
    let told = office.tenant("iseschool").subscribed_skus().await.unwrap();
    assert!(!told.remarks.is_empty());
    for sku in told.items {
        assert_eq!(
            (sku.consumed_units, sku.prepaid_units.enabled),
            (None, None)
        );
    }
}

#[tokio::test]
async fn a_silent_graph_costs_one_time_out() {
    let office = Office::open(over_https()).await;
    let request_timeout = Duration::from_millis(300);
    let settings = Settings {
        request_timeout,
        max_attempts: 4,
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    office.order(Call::SubscribedSkus, FaultKind::Hang, None);
    let error = office
        .tenant("iseschool")
        .subscribed_skus()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert_eq!(office.simulator.counts().calls(Call::SubscribedSkus), 1);
    assert!(office.tenant("iseschool").subscriptions().await.is_ok());
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    let office = Office::open(over_https()).await;
    let settings = Settings {
        max_attempts: 3,
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    let soon = |status| FaultKind::Status {
        status,
        retry_after: Some(RetryAfter::Seconds(0.05)),
    };
    let faults = [
        (Call::SubscribedSkus, soon(429)),
        (Call::SubscribedSkus, soon(503)),
        (Call::Token, soon(429)),
        (Call::Token, soon(503)),
        (Call::SubscribedSkus, FaultKind::Reset),
        (Call::SubscribedSkus, FaultKind::ExpiredToken),
        (Call::SubscribedSkus, FaultKind::RevokedToken),
        (Call::Token, FaultKind::ExpiredToken),
        (Call::SubscribedSkus, FaultKind::EmptyPages { pages: 2 }),
    ];
    for (call, kind) in faults {
        office.order(call, kind.clone(), Some(1));
        let told = office.tenant("iseschool").subscribed_skus().await;
        assert!(
            told.is_ok_and(|told| told.items.len() >= 5),
            "{call:?} {kind:?}"
        );
    }
}

#[tokio::test]
async fn a_credential_that_entra_does_not_know_is_refused_with_advice() {
    let office = Office::open(over_https()).await;
    let own = office.simulator.credential("iseschool");
    let other = office.simulator.credential("iseschool2013");
    let check = async |tenant: String, client: String, code: &str| {
        let credential =
            Credential::new(&tenant, &client, &own.certificate_der, &own.key_pem).unwrap();
        let tenant = Client::new(&office.settings).unwrap().tenant(credential);
        let error = tenant.warm_up().await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains(code), "{error}");
    };
    let nowhere = "11111111-2222-3333-4444-555555555555".to_owned();
    let (tenant, client) = (own.tenant_id.to_string(), own.client_id.to_string());
    check(nowhere.clone(), client.clone(), "AADSTS90002").await;
    check("nowhere".to_owned(), client, "AADSTS900023").await;
    check(tenant, nowhere, "AADSTS700016").await;
    let (tenant, client) = (other.tenant_id.to_string(), other.client_id.to_string());
    check(tenant, client, "AADSTS700027").await;
}

#[tokio::test]
async fn every_code_of_entra_is_told_with_what_to_do() {
    let office = Office::open(Options::default()).await;
    for code in [700_024, 7_000_112, 7_000_218, 1_002_012, 500_011, 53_003] {
        office.order(Call::Token, FaultKind::Aadsts { code }, None);
        let error = office.tenant("iseschool").warm_up().await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error:?}");
        assert!(
            error.to_string().contains(&format!("AADSTS{code}")),
            "{error}"
        );
    }
    for (code, throttled) in [
        (50_196, true),
        (90_055, true),
        (90_006, false),
        (90_033, false),
    ] {
        office.order(Call::Token, FaultKind::Aadsts { code }, None);
        let error = office.tenant("iseschool").warm_up().await.unwrap_err();
        assert_eq!(
            matches!(error, Error::Throttled { .. }),
            throttled,
            "{error:?}"
        );
        assert_eq!(
            matches!(error, Error::Unavailable { .. }),
            !throttled,
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_stranger_is_not_trusted_even_on_the_right_address() {
    let office = Office::open(over_https()).await;
    let settings = Settings {
        extra_ca: None,
        ..office.settings.clone()
    };
    let office = Office { settings, ..office };
    let error = office
        .tenant("iseschool")
        .subscribed_skus()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Unreachable { broke: false, .. }),
        "{error:?}"
    );
    assert_eq!(office.simulator.counts().requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_says_which_tenant_it_belongs_to() {
    let office = Office::open(over_https()).await;
    let client = Client::new(&office.settings).unwrap();
    let found = async |name: &str| client.find_tenant(name).await.unwrap();
    let id = office.simulator.credential("iseschool").tenant_id;
    assert_eq!(found("iseschool.example").await, Some(id));
    assert_eq!(found(&id.to_string()).await, Some(id));
    assert_eq!(found("nobody.example").await, None);
    assert_eq!(found("no-domain").await, None);
    assert_eq!(found("../common").await, None);
}

#[tokio::test]
async fn requests_are_counted_by_outcome_and_so_is_the_time_that_throttling_costs() {
    let mut office = Office::open(Options::default()).await;
    office.settings.max_attempts = 2;
    let throttled = FaultKind::Status {
        status: 429,
        retry_after: Some(RetryAfter::Seconds(0.1)),
    };
    office.order(Call::SubscribedSkus, throttled, Some(1));
    office.tenant("iseschool").subscribed_skus().await.unwrap();
    office.order(Call::SubscribedSkus, FaultKind::Reset, Some(2));
    let failed = office.tenant("iseschool").subscribed_skus().await;
    failed.unwrap_err();
    office.simulator.clear_faults();

    let traffic = &office.settings.traffic;
    let counted = traffic.requests().into_iter();
    let counted: Vec<_> = counted
        .map(|it| (it.call.as_str(), it.outcome, it.requests))
        .collect();
    let expected = [
        ("token", "ok", 2),
        ("subscribed_skus", "ok", 1),
        ("subscribed_skus", "throttled", 1),
        ("subscribed_skus", "unreachable", 2),
    ];
    assert_eq!(counted, expected);
    let waited = traffic.throttled();
    assert_eq!(waited.len(), 1, "a broken connection is no throttling");
    assert!(waited[0].1 >= Duration::from_millis(100), "{waited:?}");
    let took = traffic.took();
    assert!(took.iter().all(|(_, took)| !took.is_zero()), "{took:?}");
    assert_eq!(took.len(), 2, "{took:?}");
}
