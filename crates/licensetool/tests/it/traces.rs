//! Traces, as a collector of OpenTelemetry on loopback gets them.

use std::collections::{BTreeMap, BTreeSet};

use microsoft_sim::sink::WebhookSink;
use microsoft_sim::{Tls, World};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message as _;

use crate::fixture::{SIGNING, https, office};
use crate::process::Running;
use crate::run::{Started, start, until_rows};

type Attributes = BTreeMap<String, String>;

fn attributes(given: &[KeyValue]) -> Attributes {
    let text = |it: &KeyValue| match it.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    };
    let named = given
        .iter()
        .filter_map(|it| Some((it.key.clone(), text(it)?)));
    named.collect()
}

/// All spans that came, and what is said of the process.
fn told(collector: &WebhookSink) -> (Vec<Span>, Attributes) {
    let (mut spans, mut process) = (Vec::new(), Attributes::new());
    for hook in collector.hooks() {
        let export = ExportTraceServiceRequest::decode(hook.body.as_slice()).unwrap();
        for told in export.resource_spans {
            process = attributes(&told.resource.unwrap().attributes);
            spans.extend(told.scope_spans.into_iter().flat_map(|it| it.spans));
        }
    }
    (spans, process)
}

async fn stopped(mut running: Running) -> Option<i32> {
    let ended = tokio::task::spawn_blocking(move || running.stop());
    ended.await.unwrap().code()
}

fn origin(sink: &WebhookSink) -> String {
    sink.url().trim_end_matches("/hook").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_hears_of_requests_looks_calls_judgements_and_deliveries() {
    let office = office(World::demo(), https()).await;
    let (collector, sink) =
        tokio::join!(WebhookSink::start(Tls::Off), WebhookSink::start(Tls::Off));
    let (collector, sink) = (collector.unwrap(), sink.unwrap());
    office.webhook(&sink, "");
    let endpoint = origin(&collector);
    let settings = [
        ("LICENSETOOL_TRACES__OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test"),
    ];
    let Started { running, pages, .. } = start(&office, &[], &settings);
    until_rows(&pages, "iseschool").await;
    sink.received(1).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let last = client
        .get(format!("{pages}/api/v2/alerts?tenant=iseschool"))
        .header("x-request-id", "the-last-one");
    last.send().await.unwrap();
    assert_eq!(stopped(running).await, Some(0));

    let paths = collector.hooks();
    assert!(paths.iter().all(|it| it.path == "/v1/traces"));
    let (spans, process) = told(&collector);
    assert_eq!(process["service.name"], "licensetool");
    assert_eq!(process["deployment.environment"], "test");
    assert!(process["service.version"].contains(env!("CARGO_PKG_VERSION")));

    let of = |name: &'static str| {
        let named = spans.iter().filter(move |span| span.name == name);
        named.map(|span| (span, attributes(&span.attributes)))
    };
    let last = of("request").find(|(_, said)| said["request_id"] == "the-last-one");
    let (request, said) = last.expect("the last request is told before the end");
    assert_eq!(request.kind(), SpanKind::Server);
    let expected = ["/api/v2/alerts", "GET", "200"].map(str::to_owned);
    assert_eq!(
        ["route", "method", "status"].map(|it| said[it].clone()),
        expected
    );

    let looks: BTreeMap<_, _> = of("look")
        .map(|(span, said)| (span.span_id.clone(), said["tenant"].clone()))
        .collect();
    let both = BTreeSet::from(["iseschool", "iseschool2013"].map(str::to_owned));
    assert_eq!(looks.values().cloned().collect::<BTreeSet<_>>(), both);
    let (call, said) = of("call to Microsoft")
        .find(|(_, said)| said["call"] == "subscribed_skus")
        .unwrap();
    assert!(looks.contains_key(&call.parent_span_id), "{call:?}");
    assert_eq!((call.kind(), &*said["status"]), (SpanKind::Client, "200"));
    assert_eq!(said["client_request_id"].len(), 36);
    assert!(of("judgement").any(|(_, said)| said["tenant"] == "iseschool"));
    assert!(of("delivery").any(|(_, said)| said["channel"] == "hook"));
    assert!(of("sync").any(|(_, said)| said["channel"] == "sharepoint-company"));

    let all = format!("{spans:?}");
    for unsaid in [SIGNING, "tenant=iseschool", "eyJ", "Bearer"] {
        assert!(!all.contains(unsaid), "{unsaid} stands in a span");
    }
    assert!(spans.iter().all(|span| span.events.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_holds_nothing_up() {
    let office = office(World::demo(), https()).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let settings = [("LICENSETOOL_TRACES__OTLP_ENDPOINT", endpoint.as_str())];
    let Started { running, pages, .. } = start(&office, &[], &settings);
    assert!(!until_rows(&pages, "iseschool").await.is_empty());
    assert_eq!(stopped(running).await, Some(0));
}
