//! Judges all tenants as the evaluate loop does, so that there are alerts of every kind to show.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Alert, Certificate, Concern, Layer, Reason, View};
use jiff::SignedDuration;
use store::{Judged, Judgement, Judging, KeptAlert, TenantEntry};

use crate::fixture::{Service, denied, entry, key, minutes_ago, now};

/// Lets everything that is wrong by now become an alert, and what is over end.
pub(crate) async fn evaluate(service: &Service) {
    let store = service.store();
    let lease = SignedDuration::from_mins(1);
    let claims = store.claim_judging("w", now(), 100, lease).await.unwrap();
    let mut judgements = Vec::new();
    for claim in claims {
        judgements.push(judgement(service, claim).await);
    }
    let routes = &service.options.routes;
    store
        .keep_judgements(&judgements, routes, now())
        .await
        .unwrap();
}

async fn judgement(service: &Service, claim: Judging) -> Judgement {
    let store = service.store();
    let state = store.state(&claim.tenant).await.unwrap().unwrap();
    let kept = store.active_alerts(&claim.tenant).await.unwrap();
    let alerts: Vec<Alert> = kept.iter().map(|kept| kept.alert.clone()).collect();
    let policies = store.policies(Layer::default()).await.unwrap();
    let view = View {
        tenant: &claim.tenant,
        snapshot: state.snapshot.as_ref(),
        gap: state.tenant.gap.as_ref(),
        expected_since: state.tenant.expected_since,
        certificate: state.tenant.certificate.as_ref(),
        renewals: &BTreeMap::new(),
        unused: &BTreeMap::new(),
        policies: &policies,
        alerts: &alerts,
    };
    let assessment = domain::assess(&view, now());
    let old = alerts.iter().map(|alert| &alert.concern);
    let concerns: BTreeSet<&Concern> = assessment.present().chain(old).collect();
    let settings = state.tenant.settings;
    let telling = settings.enabled && settings.monitoring;
    let judged = |concern: &&Concern| {
        let before = kept.iter().find(|kept| kept.alert.concern == **concern);
        let alert = before.map(|before| &before.alert);
        let verdict = assessment.verdict(concern);
        let step = domain::step(concern, alert, &verdict, telling, now())?;
        Some(Judged {
            before: before.cloned(),
            step,
            why: Reason::Numbers,
        })
    };
    Judgement {
        steps: concerns.iter().filter_map(judged).collect(),
        claim,
        next_turn: now() + SignedDuration::from_hours(1),
    }
}

/// The schools of the fixture with what goes wrong there: shortages, a renewal, a missing number,
/// a certificate of `alpha` that ends in ten days, and `blind`, which was never seen.
pub(crate) async fn troubled() -> Service {
    let service = Service::schools().await;
    let certificate = Certificate {
        thumbprint: "AB12".to_owned(),
        ends: now() + SignedDuration::from_hours(240),
    };
    let alpha = TenantEntry {
        certificate: Some(certificate),
        ..entry("alpha", "Alpha School")
    };
    let store = service.store();
    store.add_tenant(&alpha, now()).await.unwrap();
    let blind = entry("blind", "Blind School");
    store.add_tenant(&blind, minutes_ago(90)).await.unwrap();
    service.look("blind", denied(minutes_ago(80))).await;
    evaluate(&service).await;
    service
}

/// The alert of a tenant about a kind and a product's part number, or whatever it is about.
pub(crate) async fn the_alert(
    service: &Service,
    tenant: &str,
    kind: &str,
    part_number: &str,
) -> KeptAlert {
    let alerts = service.store().active_alerts(&key(tenant)).await.unwrap();
    let is_it = |kept: &KeptAlert| {
        let product = kept.alert.facts.product();
        let about = product.map_or("", |(_, part_number)| part_number);
        kept.alert.concern.kind.as_str() == kind && about == part_number
    };
    let found = alerts.iter().find(|kept| is_it(kept));
    found
        .unwrap_or_else(|| panic!("no {kind} of {part_number}: {alerts:#?}"))
        .clone()
}
