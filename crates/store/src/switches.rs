//! How tenants are switched, by people here and in lists elsewhere.

use std::collections::BTreeMap;

use domain::{Deed, Settings, TenantKey};
use jiff::Timestamp;

use crate::audit::{self, By, difference};
use crate::tenants::key_of;
use crate::{News, Result, Store, judging, sql};

/// What a list and the store last agreed on for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The row's id in the list.
    pub item: String,
    pub settings: Settings,
    /// What was about to be written to the list when nothing more was heard of it.
    pub writing: Option<Settings>,
}

type Row = (String, String, bool, bool, Option<bool>, Option<bool>);

fn agreed_in(channel: &str) -> sql::QueryBuilder {
    let mut query = sql::QueryBuilder::new(
        "SELECT tenant, item, enabled, monitoring, writing_enabled, writing_monitoring \
         FROM agreed_switch WHERE channel = ",
    );
    query.push_bind(channel.to_owned());
    query
}

impl Store {
    /// Switches a tenant, as far as it says. Answers whether there is such a tenant.
    pub async fn switch(
        &self,
        key: &TenantKey,
        enabled: Option<bool>,
        monitoring: Option<bool>,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.write_of([key]).await?;
        let there = set(&mut transaction, key, (enabled, monitoring), by, now).await?;
        transaction.commit().await?;
        Ok(there)
    }

    /// What a list and the store last agreed on, by tenant.
    pub async fn agreed(&self, channel: &str) -> Result<BTreeMap<TenantKey, Agreed>> {
        self.agreed_where(agreed_in(channel)).await
    }

    /// The same of these tenants alone.
    pub async fn agreed_of(
        &self,
        channel: &str,
        tenants: impl Iterator<Item = &TenantKey>,
    ) -> Result<BTreeMap<TenantKey, Agreed>> {
        let mut query = agreed_in(channel);
        query
            .push(" AND tenant IN ")
            .push_list(tenants.map(TenantKey::as_str));
        self.agreed_where(query).await
    }

    async fn agreed_where(&self, query: sql::QueryBuilder) -> Result<BTreeMap<TenantKey, Agreed>> {
        let rows: Vec<Row> = query.build_query_as().fetch_all(self.readers()).await?;
        let settings = |enabled, monitoring| Settings {
            enabled,
            monitoring,
        };
        let agreed = |(key, item, enabled, monitoring, w_enabled, w_monitoring): Row| {
            let agreed = Agreed {
                item,
                settings: settings(enabled, monitoring),
                writing: w_enabled
                    .zip(w_monitoring)
                    .map(|(enabled, monitoring)| settings(enabled, monitoring)),
            };
            Ok((key_of(&key)?, agreed))
        };
        rows.into_iter().map(agreed).collect()
    }

    /// Notes what is about to be written to a list, so that it is not taken for somebody else's
    /// change later. Where nothing was agreed on yet, the newer one wins without this.
    pub async fn about_to_write(
        &self,
        channel: &str,
        writes: &[(TenantKey, Settings)],
    ) -> Result<()> {
        let mut transaction = self.write_of(writes.iter().map(|(key, _)| key)).await?;
        for (key, settings) in writes {
            let sql = "UPDATE agreed_switch SET writing_enabled = $3, writing_monitoring = $4 \
                       WHERE channel = $1 AND tenant = $2";
            sql::query(sql)
                .bind(channel)
                .bind(key.as_str())
                .bind(settings.enabled)
                .bind(settings.monitoring)
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Notes that a list and the store agree, and takes over what the list says where it is newer.
    /// `ours` is how the tenant was switched when both were compared; `false`: it is not any more,
    /// and nothing was written. The audit names the channel as who switched it.
    pub async fn agree(
        &self,
        channel: &str,
        key: &TenantKey,
        agreed: &Agreed,
        ours: Settings,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.write_of([key]).await?;
        let current: Option<(bool, bool)> =
            sql::query_as("SELECT enabled, monitoring FROM tenant WHERE key = $1")
                .bind(key.as_str())
                .fetch_optional(&mut transaction)
                .await?;
        if current != Some((ours.enabled, ours.monitoring)) {
            return Ok(false);
        }
        let theirs = agreed.settings;
        let differs = |theirs: bool, ours: bool| (theirs != ours).then_some(theirs);
        let taken = (
            differs(theirs.enabled, ours.enabled),
            differs(theirs.monitoring, ours.monitoring),
        );
        if taken != (None, None) {
            let by = By {
                who: channel,
                from: None,
            };
            set(&mut transaction, key, taken, by, now).await?;
        }
        let sql = "INSERT INTO agreed_switch (channel, tenant, item, enabled, monitoring) \
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel, tenant) DO UPDATE SET \
                   item = excluded.item, enabled = excluded.enabled, \
                   monitoring = excluded.monitoring, \
                   writing_enabled = NULL, writing_monitoring = NULL";
        sql::query(sql)
            .bind(channel)
            .bind(key.as_str())
            .bind(&agreed.item)
            .bind(agreed.settings.enabled)
            .bind(agreed.settings.monitoring)
            .execute(&mut transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// A tenant that is switched on is to be looked at from now on, and is due at once.
async fn set(
    connection: &mut sql::Transaction,
    key: &TenantKey,
    (enabled, monitoring): (Option<bool>, Option<bool>),
    by: By<'_>,
    now: Timestamp,
) -> Result<bool> {
    let before: Option<(bool, bool)> =
        sql::query_as("SELECT enabled, monitoring FROM tenant WHERE key = $1")
            .bind(key.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let Some(before) = before else {
        return Ok(false);
    };
    let sql = "UPDATE tenant SET \
               expected_since = CASE WHEN $2 AND NOT enabled THEN $5 ELSE expected_since END, \
               due_at = CASE WHEN $2 AND NOT enabled THEN $5 ELSE due_at END, \
               enabled = COALESCE($2, enabled), monitoring = COALESCE($3, monitoring), \
               switched_by = $4, switched_at = $5 WHERE key = $1";
    sql::query(sql)
        .bind(key.as_str())
        .bind(enabled)
        .bind(monitoring)
        .bind(by.who)
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await?;
    judging::touch(connection, Some(key)).await?;
    if enabled == Some(true) {
        connection.tell(News::Looks);
    }
    // What was to be told of it has waited.
    connection.tell(News::Deliveries);
    let (what, subject) = (Deed::TenantSwitched, key.as_str());
    let detail = detail(before, (enabled, monitoring));
    audit::note(connection, by, what, subject, &detail, now).await?;
    Ok(true)
}

/// What was said of each switch, such as "monitoring: on → off".
fn detail(before: (bool, bool), said: (Option<bool>, Option<bool>)) -> String {
    let word = |on: bool| if on { "on" } else { "off" };
    let of = |name, before, said: Option<bool>| Some(difference(name, word(before), word(said?)));
    let details = [
        of("enabled", before.0, said.0),
        of("monitoring", before.1, said.1),
    ];
    details.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
