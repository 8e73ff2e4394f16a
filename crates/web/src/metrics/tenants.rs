//! Tenants as gauges, and how much of the work on them is due.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

#[derive(Debug)]
pub(super) struct Tenants {
    tenants: Vec<Tenant>,
    /// Those that wait to be judged.
    judgements_due: i64,
}

#[derive(Debug)]
struct Tenant {
    key: String,
    name: String,
    /// `None`: not asked yet.
    up: Option<bool>,
    /// Age of the newest snapshot in seconds.
    age: Option<i64>,
    /// Whether people are told of it.
    monitoring: bool,
    /// Of its certificate, in seconds since 1970.
    certificate_ends: Option<i64>,
    /// For how many seconds a look at it has been due; `None`: it is not.
    overdue: Option<i64>,
}

impl Tenants {
    pub(super) fn of(tenants: &[store::Tenant], judgements_due: i64, now: Timestamp) -> Self {
        Self {
            tenants: tenants.iter().map(|it| Tenant::of(it, now)).collect(),
            judgements_due,
        }
    }

    fn due(&self) -> impl Iterator<Item = i64> {
        self.tenants.iter().filter_map(|tenant| tenant.overdue)
    }
}

impl Tenant {
    fn of(tenant: &store::Tenant, now: Timestamp) -> Self {
        let since = |at: Timestamp| now.duration_since(at).as_secs();
        let ends = tenant.certificate.as_ref().map(|it| it.ends.as_second());
        // A tenant that is to be asked at once is due since 1970.
        let never = tenant.due_at <= Timestamp::UNIX_EPOCH;
        let due_at = if never { now } else { tenant.due_at };
        Self {
            key: tenant.key.to_string(),
            name: tenant.name.clone(),
            up: tenant.asked_at.map(|_| tenant.gap.is_none()),
            age: tenant.seen_at.map(|at| since(at).max(0)),
            monitoring: tenant.settings.monitoring,
            certificate_ends: ends,
            overdue: (due_at <= now).then(|| since(due_at)),
        }
    }
}

type Number = fn(&Tenant) -> Option<i64>;

const GAUGES: [(&str, &str, Number); 4] = [
    (
        "tenant_up",
        "Whether the last look at the tenant saw it",
        |it| it.up.map(i64::from),
    ),
    (
        "tenant_snapshot_age_seconds",
        "How old the newest numbers of the tenant are",
        |it| it.age,
    ),
    (
        "tenant_monitoring",
        "Whether people are told of the tenant's alerts",
        |it| Some(it.monitoring.into()),
    ),
    (
        "tenant_certificate_ends_timestamp_seconds",
        "When the certificate for the tenant ends, in seconds since 1970",
        |it| it.certificate_ends,
    ),
];

impl Collector for Tenants {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let gauge = MetricType::Gauge;
        for (name, help, number) in GAUGES {
            let mut family = encoder.encode_descriptor(name, help, None, gauge)?;
            for tenant in &self.tenants {
                if let Some(number) = number(tenant) {
                    let labels = [("tenant", tenant.key.as_str())];
                    family.encode_family(&labels)?.encode_gauge(&number)?;
                }
            }
        }
        let help = "The tenant's name; always 1";
        let mut family = encoder.encode_descriptor("tenant_name", help, None, gauge)?;
        for Tenant { key, name, .. } in &self.tenants {
            let labels = [("tenant", key.as_str()), ("name", name)];
            family.encode_family(&labels)?.encode_gauge(&1_i64)?;
        }
        let due = i64::try_from(self.due().count()).unwrap_or(i64::MAX);
        for (name, help, number) in [
            ("collect_due", "Tenants that wait to be asked", due),
            (
                "collect_due_oldest_seconds",
                "For how long the tenant has waited that waits the longest",
                self.due().max().unwrap_or(0),
            ),
            (
                "evaluate_due",
                "Tenants that wait to be judged",
                self.judgements_due,
            ),
        ] {
            let mut one = encoder.encode_descriptor(name, help, None, gauge)?;
            one.encode_gauge(&number)?;
        }
        Ok(())
    }
}
