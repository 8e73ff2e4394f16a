//! Tells an OpenTelemetry collector what took how long, if `traces.otlp_endpoint` names one.

mod sender;

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use sender::Sender;

/// Whose spans are told: what libraries say of themselves is not ours to give away.
const OURS: [&str; 3] = ["graph", "pipeline", "web"];

/// How long the end of the process waits until the last spans are told.
const FLUSH: Duration = Duration::from_secs(2);

pub(crate) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Connects nothing yet. A collector that is away holds nothing up. To be called in a runtime.
    ///
    /// The SDK reads variables `OTEL_…` of the environment for itself: docs/observability.md.
    pub(crate) fn open(endpoint: &Url) -> anyhow::Result<Self> {
        let address = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(address)
            .with_http_client(Sender::new(endpoint)?)
            .build()
            .context("traces.otlp_endpoint cannot be used")?;
        let resource = Resource::builder_empty()
            .with_attribute(KeyValue::new("service.name", "licensetool"))
            .with_attribute(KeyValue::new("service.version", crate::cli::VERSION))
            .with_detector(Box::new(EnvResourceDetector::new()))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        Ok(Self { provider })
    }

    /// Takes in spans. Events stay in the log: whom and what their words name is masked there.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let told = |about: &Metadata<'_>| {
            let part = about.target().split("::").next().unwrap_or_default();
            about.is_span() && OURS.contains(&part)
        };
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("licensetool"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(FilterFn::new(told).with_max_level_hint(LevelFilter::INFO))
    }

    /// Tells what has not been told yet, if there is somebody to hear it.
    pub(crate) async fn end(self) {
        let flushing = move || self.provider.shutdown_with_timeout(FLUSH);
        match tokio::task::spawn_blocking(flushing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces were not told"),
            Err(error) => tracing::error!(%error, "the end of the traces broke"),
        }
    }
}
