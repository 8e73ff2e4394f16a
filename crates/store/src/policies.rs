//! Rules that people have made, and their word on purchases, with who and when.

mod told;

use std::collections::BTreeMap;

use domain::{Exclusion, Layer, Pin, Policies, Renewal, Scope, SkuId, TenantKey, Threshold};
use jiff::{SignedDuration, Timestamp};

use crate::document::time;
use crate::tenants::key_of;
use crate::{By, Error, Result, Store, judging, sql};

/// A layer of rules as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPolicy {
    pub scope: Scope,
    pub layer: Layer,
    pub set_at: Timestamp,
    pub set_by: String,
    /// Moves with every change. A change names the one it expects.
    pub version: i64,
}

/// What became of a change of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySet {
    Done(KeptPolicy),
    /// It is not what the person saw any more; here it is (`None`: there is none).
    Overtaken(Option<KeptPolicy>),
}

type Row = (
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    i64,
    String,
    i64,
);

const SELECT: &str = "SELECT tenant, sku_id, low, clear_margin, stale_after, exclusion, \
                      renewal_lead_days, set_at, set_by, version FROM policy";

impl Store {
    /// All layers, the general before the particular.
    pub async fn policy_layers(&self) -> Result<Vec<KeptPolicy>> {
        let sql = format!("{SELECT} ORDER BY tenant, sku_id");
        let rows: Vec<Row> = sql::query_as(sql::AssertSqlSafe(sql))
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(kept).collect()
    }

    /// All rules in force, over what the configuration says.
    pub async fn policies(&self, configured: Layer) -> Result<Policies> {
        let mut policies = Policies::new(configured);
        for kept in self.policy_layers().await? {
            policies.set(kept.scope, kept.layer);
        }
        Ok(policies)
    }

    /// The layer of one scope.
    pub async fn policy_layer(&self, scope: &Scope) -> Result<Option<KeptPolicy>> {
        let (tenant, sku_id) = names(scope);
        let sql = format!("{SELECT} WHERE tenant = $1 AND sku_id = $2");
        let row: Option<Row> = sql::query_as(sql::AssertSqlSafe(sql))
            .bind(tenant)
            .bind(sku_id)
            .fetch_optional(self.readers())
            .await?;
        row.map(kept).transpose()
    }

    /// Replaces the layer of a scope, if its version still is `expected` (`None`: whatever it is;
    /// 0: there is none). A layer that says nothing is kept too, with who set it.
    pub async fn set_policy(
        &self,
        scope: &Scope,
        layer: Layer,
        expected: Option<i64>,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<PolicySet> {
        let (tenant, sku_id) = names(scope);
        let concerned = match scope {
            Scope::Company => None,
            Scope::Tenant(tenant) | Scope::Sku(tenant, _) => Some(tenant),
        };
        let mut transaction = match concerned {
            Some(tenant) => self.write_of([tenant]).await?,
            None => self.write().await?,
        };
        let sql = format!("{SELECT} WHERE tenant = $1 AND sku_id = $2");
        let row: Option<Row> = sql::query_as(sql::AssertSqlSafe(sql))
            .bind(&tenant)
            .bind(&sku_id)
            .fetch_optional(&mut transaction)
            .await?;
        let before = row.map(kept).transpose()?;
        let version = before.as_ref().map_or(0, |before| before.version);
        if expected.is_some_and(|expected| expected != version) {
            return Ok(PolicySet::Overtaken(before));
        }
        let sql = "INSERT INTO policy (tenant, sku_id, low, clear_margin, stale_after, exclusion, \
                   renewal_lead_days, set_at, set_by, version) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                   ON CONFLICT (tenant, sku_id) DO UPDATE SET low = excluded.low, \
                   clear_margin = excluded.clear_margin, stale_after = excluded.stale_after, \
                   exclusion = excluded.exclusion, \
                   renewal_lead_days = excluded.renewal_lead_days, set_at = excluded.set_at, \
                   set_by = excluded.set_by, version = excluded.version";
        sql::query(sql)
            .bind(&tenant)
            .bind(&sku_id)
            .bind(layer.low.map(threshold_text))
            .bind(layer.clear_margin)
            .bind(layer.stale_after.map(|span| span.as_secs()))
            .bind(layer.exclusion.map(Exclusion::as_str))
            .bind(layer.renewal_lead_days.map(i64::from))
            .bind(now.as_millisecond())
            .bind(by.who)
            .bind(version + 1)
            .execute(&mut transaction)
            .await?;
        judging::touch(&mut transaction, concerned).await?;
        let was = before.map_or_else(Layer::default, |before| before.layer);
        told::set(&mut transaction, by, scope, &was, &layer, now).await?;
        transaction.commit().await?;
        Ok(PolicySet::Done(KeptPolicy {
            scope: scope.clone(),
            layer,
            set_at: now,
            set_by: by.who.to_owned(),
            version: version + 1,
        }))
    }

    /// What operators have said of a tenant's purchases, by subscription.
    pub async fn pins(&self, tenant: &TenantKey) -> Result<BTreeMap<String, Pin>> {
        let rows: Vec<(String, String)> =
            sql::query_as("SELECT subscription, pin FROM pin WHERE tenant = $1")
                .bind(tenant.as_str())
                .fetch_all(self.readers())
                .await?;
        let pin = |(subscription, word): (String, String)| Ok((subscription, pin_of(&word)?));
        rows.into_iter().map(pin).collect()
    }

    /// Whether a tenant's purchases renew, by subscription: from all that was ever seen of them and
    /// what operators have said. What was never seen is left out.
    pub async fn renewals(&self, tenant: &TenantKey) -> Result<BTreeMap<String, Renewal>> {
        let pins = self.pins(tenant).await?;
        let sightings = self.sightings(tenant).await?;
        let judged = sightings.into_iter().map(|(subscription, seen)| {
            let renewal = domain::renewal(&seen, pins.get(&subscription).copied());
            (subscription, renewal)
        });
        Ok(judged.collect())
    }

    /// The same of all tenants that the home folder has.
    pub async fn all_renewals(&self) -> Result<BTreeMap<TenantKey, BTreeMap<String, Renewal>>> {
        let pins = "SELECT p.tenant, p.subscription, p.pin FROM pin p \
                    JOIN tenant t ON t.key = p.tenant WHERE t.removed_at IS NULL";
        let rows: Vec<(String, String, String)> =
            sql::query_as(pins).fetch_all(self.readers()).await?;
        let mut pins = BTreeMap::new();
        for (tenant, subscription, word) in rows {
            pins.insert((key_of(&tenant)?, subscription), pin_of(&word)?);
        }
        let mut renewals: BTreeMap<TenantKey, BTreeMap<String, Renewal>> = BTreeMap::new();
        for (tenant, seen) in self.all_sightings().await? {
            let judged = seen.into_iter().map(|(subscription, seen)| {
                let of = (tenant.clone(), subscription);
                let renewal = domain::renewal(&seen, pins.get(&of).copied());
                (of.1, renewal)
            });
            renewals.insert(tenant.clone(), judged.collect());
        }
        Ok(renewals)
    }

    /// Says whether a purchase renews; `None` takes the word back.
    pub async fn set_pin(
        &self,
        tenant: &TenantKey,
        subscription: &str,
        pin: Option<Pin>,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.write_of([tenant]).await?;
        let sql = "SELECT pin FROM pin WHERE tenant = $1 AND subscription = $2";
        let was: Option<String> = sql::query_scalar(sql)
            .bind(tenant.as_str())
            .bind(subscription)
            .fetch_optional(&mut transaction)
            .await?;
        match pin {
            Some(pin) => {
                let sql = "INSERT INTO pin (tenant, subscription, pin, set_at, set_by) \
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, subscription) \
                           DO UPDATE SET pin = excluded.pin, set_at = excluded.set_at, \
                           set_by = excluded.set_by";
                sql::query(sql)
                    .bind(tenant.as_str())
                    .bind(subscription)
                    .bind(pin.as_str())
                    .bind(now.as_millisecond())
                    .bind(by.who)
                    .execute(&mut transaction)
                    .await?;
            }
            None => {
                sql::query("DELETE FROM pin WHERE tenant = $1 AND subscription = $2")
                    .bind(tenant.as_str())
                    .bind(subscription)
                    .execute(&mut transaction)
                    .await?;
            }
        }
        judging::touch(&mut transaction, Some(tenant)).await?;
        let words = (was.as_deref(), pin);
        told::pinned(&mut transaction, by, tenant, subscription, words, now).await?;
        transaction.commit().await
    }
}

fn pin_of(word: &str) -> Result<Pin> {
    let odd = || Error::corrupt("pin", format!("there is no pin \"{word}\""));
    Pin::from_word(word).ok_or_else(odd)
}

fn names(scope: &Scope) -> (String, String) {
    match scope {
        Scope::Company => (String::new(), String::new()),
        Scope::Tenant(tenant) => (tenant.to_string(), String::new()),
        Scope::Sku(tenant, sku) => (tenant.to_string(), sku.to_string()),
    }
}

fn kept(row: Row) -> Result<KeptPolicy> {
    let (tenant, sku_id, low, clear_margin, stale_after, exclusion, lead, set_at, set_by, version) =
        row;
    let odd = |detail: String| Error::corrupt("policy", detail);
    let scope = match (tenant.as_str(), sku_id.as_str()) {
        ("", _) => Scope::Company,
        (tenant, "") => Scope::Tenant(key_of(tenant)?),
        (tenant, id) => {
            let id = id.parse().map_err(|_| odd(format!("no SKU id \"{id}\"")))?;
            Scope::Sku(key_of(tenant)?, SkuId(id))
        }
    };
    let low = low
        .map(|text| text_threshold(&text).ok_or_else(|| odd(format!("no threshold \"{text}\""))));
    let exclusion = exclusion.map(|word| {
        Exclusion::from_word(&word).ok_or_else(|| odd(format!("no exclusion \"{word}\"")))
    });
    let lead = lead.map(|days| u16::try_from(days).map_err(|_| odd(format!("{days} days"))));
    Ok(KeptPolicy {
        scope,
        layer: Layer {
            low: low.transpose()?,
            clear_margin,
            stale_after: stale_after.map(SignedDuration::from_secs),
            exclusion: exclusion.transpose()?,
            renewal_lead_days: lead.transpose()?,
        },
        set_at: time(set_at)?,
        set_by,
        version,
    })
}

fn threshold_text(threshold: Threshold) -> String {
    match threshold {
        Threshold::Seats(seats) => seats.to_string(),
        Threshold::Percent(percent) => format!("{percent}%"),
    }
}

fn text_threshold(text: &str) -> Option<Threshold> {
    match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().map(Threshold::Percent),
        None => text.parse().ok().map(Threshold::Seats),
    }
}
