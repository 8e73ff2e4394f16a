//! Licences as gauges, read from the store at each scrape. What is not known has no
//! series: a 0 would be a claim.

use domain::{Exclusion, Level, Policies, ProductNames, Units};
use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use store::State;

use crate::state::App;

use super::alerts::Told;
use super::tenants::Tenants;

type Label = (&'static str, String);

/// The licences of all tenants.
#[derive(Debug)]
struct Seen {
    licenses: Vec<License>,
}

#[derive(Debug)]
struct License {
    /// Tenant, id and part number.
    labels: [Label; 3],
    product: String,
    units: Units,
    level: Option<Level>,
}

/// Reads the store and makes its content visible in `registry`; says if it cannot be read.
pub(super) async fn register(app: &App, registry: &mut Registry) {
    let store_up = Gauge::<i64>::default();
    registry.register(
        "store_up",
        "Whether the store could be read",
        store_up.clone(),
    );
    if !app.options().measures_content {
        store_up.set(app.store().schema().await.is_ok().into());
        return;
    }
    match read_all(app).await {
        Ok((seen, tenants, told)) => {
            store_up.set(1);
            registry.register_collector(Box::new(seen));
            registry.register_collector(Box::new(tenants));
            registry.register_collector(Box::new(told));
        }
        Err(error) => {
            tracing::warn!(?error, "a scrape could not read the store");
        }
    }
}

async fn read_all(app: &App) -> Result<(Seen, Tenants, Told), crate::problem::Error> {
    let (names, policies, now) = (app.names().await?, app.policies().await?, app.now());
    let mut states = app.store().states().await?;
    states.retain(|state| state.tenant.settings.enabled);
    let mut seen = Seen {
        licenses: Vec::new(),
    };
    for state in &states {
        licenses(&mut seen.licenses, state, &policies, &names, app, now);
    }
    let tenants: Vec<_> = states.into_iter().map(|state| state.tenant).collect();
    let due = app.store().judgements_due(now).await?;
    let tenants = Tenants::of(&tenants, due, now);
    Ok((seen, tenants, super::alerts::read(app).await?))
}

fn licenses(
    licenses: &mut Vec<License>,
    state: &State,
    policies: &Policies,
    names: &ProductNames,
    app: &App,
    now: Timestamp,
) {
    for (snapshot, sku) in state
        .snapshot
        .iter()
        .flat_map(|seen| seen.skus.iter().map(move |sku| (seen, sku)))
    {
        let policy = policies.effective(&state.tenant.key, sku);
        if policy.exclusion == Exclusion::Everywhere {
            continue;
        }
        licenses.push(License {
            labels: [
                ("tenant", state.tenant.key.to_string()),
                ("sku_id", sku.id.to_string()),
                ("part_number", sku.part_number.clone()),
            ],
            product: names
                .label(sku.id, &sku.part_number, app.language())
                .into_owned(),
            units: sku.units,
            level: domain::judge(sku, &policy, snapshot.taken_at, now),
        });
    }
}

impl Collector for Seen {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.encode_units(&mut encoder)?;
        for (name, help, number) in GAUGES {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for license in &self.licenses {
                if let Some(number) = number(&license.units) {
                    family
                        .encode_family(&license.labels)?
                        .encode_gauge(&number)?;
                }
            }
        }
        self.encode_levels(&mut encoder)
    }
}

type Number = fn(&Units) -> Option<i64>;

const GAUGES: [(&str, &str, Number); 2] = [
    (
        "license_consumed_units",
        "Seats that somebody holds",
        |units| units.consumed,
    ),
    (
        "license_free_units",
        "Seats left: enabled and warning, less consumed; negative when over-assigned",
        Units::free,
    ),
];

impl Seen {
    fn encode_units(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let help = "Seats by Microsoft's state of them";
        let gauge = MetricType::Gauge;
        let mut family = encoder.encode_descriptor("license_units", help, None, gauge)?;
        for License { labels, units, .. } in &self.licenses {
            for (state, number) in [
                ("enabled", units.enabled),
                ("warning", units.warning),
                ("suspended", units.suspended),
                ("locked_out", units.locked_out),
            ] {
                if let Some(number) = number {
                    let labels = with(labels, "state", state);
                    family.encode_family(&labels)?.encode_gauge(&number)?;
                }
            }
        }
        Ok(())
    }

    fn encode_levels(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let help = "The judgement of a licence and its product's name; always 1";
        let gauge = MetricType::Gauge;
        let mut family = encoder.encode_descriptor("license_level", help, None, gauge)?;
        for license in &self.licenses {
            if let Some(level) = license.level {
                let [tenant, sku_id, part_number] = &license.labels;
                let product = ("product", license.product.clone());
                let level = ("level", level.as_str().to_owned());
                let labels: [&Label; 5] = [tenant, sku_id, part_number, &product, &level];
                family
                    .encode_family(&labels.map(Clone::clone))?
                    .encode_gauge(&1_i64)?;
            }
        }
        Ok(())
    }
}

fn with(labels: &[Label; 3], name: &'static str, value: &str) -> [Label; 4] {
    let [a, b, c] = labels.clone();
    [a, b, c, (name, value.to_owned())]
}
