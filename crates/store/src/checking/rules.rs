//! What must not be, each as a question to both databases: a row for each place where it is so.

use super::Inconsistency;

pub(super) struct Rule {
    pub(super) kind: &'static str,
    /// Its only column is `which`. `:a_day_ago` and `:in_a_day` are moments.
    pub(super) sql: &'static str,
    /// Stands after the number of places.
    what: &'static str,
    means: &'static str,
    advice: &'static str,
}

impl Rule {
    pub(super) fn found(&self, number: i64, example: &str) -> Inconsistency {
        Inconsistency {
            kind: self.kind,
            found: format!("{number} {}, such as {example}", self.what),
            means: self.means,
            advice: self.advice,
        }
    }
}

const RESTORE: &str = "Bring a backup back if this matters: what is missing cannot be made up.";
const CLOCK: &str = "See that the clocks of all machines are right. What is kept stays as it is.";
const NEXT_LOOK: &str = "Ask the tenant anew (`licensetool run --once`, or \"refresh\" on its \
                         page): the next look that changes something sets it right.";

pub(super) const RULES: &[Rule] = &[
    Rule {
        kind: "contract",
        sql: "SELECT 'contract' AS which WHERE (SELECT COUNT(*) FROM contract) <> 1",
        what: "table has not the one row that it should have",
        means: "Programs cannot tell whether they may run on this schema.",
        advice: "Stop the services and bring a backup back.",
    },
    Rule {
        kind: "history-order",
        sql: "SELECT s.tenant AS which FROM series s JOIN tenant t ON t.key = s.tenant \
              WHERE (SELECT MAX(v.since) FROM sku_value v WHERE v.series = s.id) \
                > COALESCE(t.changed_at, -9223372036854775807)",
        what: "products have history that is newer than the newest state of their tenant",
        means: "Snapshots are out of order: charts show numbers that the lists do not show.",
        advice: NEXT_LOOK,
    },
    Rule {
        kind: "sighting-order",
        sql: "SELECT t.key AS which FROM tenant t WHERE \
              (SELECT MAX(g.seen_at) FROM sighting g WHERE g.tenant = t.key) \
                > COALESCE(t.subscriptions_at, -9223372036854775807)",
        what: "tenants have purchases that were seen after the last look at purchases",
        means: "Snapshots are out of order: what is known of renewals may be older than it seems.",
        advice: NEXT_LOOK,
    },
    Rule {
        kind: "look-order",
        sql: "SELECT key AS which FROM tenant WHERE changed_at > seen_at OR seen_at > asked_at \
              OR subscriptions_at > seen_at OR (seen_at IS NULL AND changed_at IS NOT NULL)",
        what: "tenants have changed after they were last seen, or were seen after they were asked",
        means: "The ages that pages and the API give for these tenants are wrong.",
        advice: NEXT_LOOK,
    },
    Rule {
        kind: "look-ahead",
        sql: "SELECT key AS which FROM tenant WHERE seen_at > :in_a_day",
        what: "tenants were last seen more than a day from now",
        means: "A clock was ahead. Looks are not kept until that moment has come, because they \
                seem to be older.",
        advice: "Set the clock right. If you cannot wait, bring back the backup from before.",
    },
    Rule {
        kind: "gap-order",
        sql: "SELECT tenant AS which FROM gap WHERE ended_at < began_at OR seen_at > began_at",
        what: "times without a look end before they begin",
        means: "A clock was set back. Charts show such a time at the wrong place, or not.",
        advice: CLOCK,
    },
    Rule {
        kind: "gap-overlap",
        sql: "SELECT tenant AS which FROM (SELECT tenant, began_at, \
                LAG(COALESCE(ended_at, 9223372036854775807)) \
                  OVER (PARTITION BY tenant ORDER BY began_at, id) AS ended_before \
              FROM gap) AS gaps WHERE ended_before > began_at",
        what: "times without a look begin before the one before has ended",
        means: "History overlaps: a chart shows one cause where there were two.",
        advice: CLOCK,
    },
    Rule {
        kind: "failures",
        sql: "SELECT t.key AS which FROM tenant t WHERE (t.failures > 0) <> EXISTS \
              (SELECT 1 FROM gap g WHERE g.tenant = t.key AND g.ended_at IS NULL)",
        what: "tenants whose number of failures does not fit whether a time without a look goes on",
        means: "The tenant is shown as well while it is not, or the other way round.",
        advice: NEXT_LOOK,
    },
    Rule {
        kind: "latest-missing",
        sql: "SELECT t.key AS which FROM tenant t WHERE (t.seen_at IS NOT NULL) <> EXISTS \
              (SELECT 1 FROM latest l WHERE l.tenant = t.key)",
        what: "tenants were seen and have no newest state, or have one and were not seen",
        means: "Their licences are not shown.",
        advice: NEXT_LOOK,
    },
    Rule {
        kind: "alert-state",
        sql: "SELECT CAST(id AS TEXT) AS which FROM alert \
              WHERE (state = 'resolved') <> (resolved_at IS NOT NULL)",
        what: "alerts are resolved and have no end, or have one and are not resolved",
        means: "They are counted as going on in one place and as over in another.",
        advice: RESTORE,
    },
    Rule {
        kind: "alert-history",
        sql: "SELECT CAST(a.id AS TEXT) AS which FROM alert a WHERE NOT EXISTS \
              (SELECT 1 FROM alert_change c WHERE c.alert = a.id AND c.at = a.changed_at)",
        what: "alerts whose last change is not in their history",
        means: "Nobody can see who changed them last, and why.",
        advice: RESTORE,
    },
    Rule {
        kind: "alert-without-tenant",
        sql: "SELECT CAST(a.id AS TEXT) AS which FROM alert a JOIN tenant t ON t.key = a.tenant \
              WHERE a.resolved_at IS NULL AND t.removed_at < :a_day_ago",
        what: "alerts go on, and their tenant's profile was removed more than a day ago",
        means: "Nobody evaluates: alerts of removed tenants end within seconds.",
        advice: "See that a service with the role evaluate runs; it ends them.",
    },
    Rule {
        kind: "alert-without-product",
        sql: "SELECT CAST(a.id AS TEXT) AS which FROM alert a WHERE a.product IS NOT NULL \
              AND NOT EXISTS (SELECT 1 FROM product p WHERE p.sku_id = a.product)",
        what: "alerts are about products that the search does not know",
        means: "A search by the product's name does not find them.",
        advice: "Nothing is lost; the next alert about the same product sets it right.",
    },
    Rule {
        kind: "delivery-alert",
        sql: "SELECT m.id || ' for ' || d.channel AS which FROM delivery d \
              JOIN message m ON m.seq = d.message WHERE m.alert <> d.alert",
        what: "messages are to be delivered as another alert's",
        means: "They may be told out of order.",
        advice: RESTORE,
    },
    Rule {
        kind: "delivery-state",
        sql: "SELECT m.id || ' for ' || d.channel AS which FROM delivery d \
              JOIN message m ON m.seq = d.message \
              WHERE d.delivered_at IS NOT NULL AND d.dead_at IS NOT NULL",
        what: "messages are delivered and dead at once",
        means: "Lists of deliveries show them twice.",
        advice: RESTORE,
    },
    Rule {
        kind: "claim-half",
        sql: CLAIMED_BY_HALF,
        what: "claims say who and not until when, or the other way round",
        means: "Nobody can give them back; they end with the next claim of the same thing.",
        advice: "Restart the services. If it stays, bring a backup back.",
    },
    Rule {
        kind: "claim-expired",
        sql: CLAIMED_LONG_AGO,
        what: "claims expired more than a day ago, and nobody has taken over",
        means: "No process does this work: nothing is collected, judged or told there.",
        advice: "See that all services run: collect, evaluate and deliver. Nothing is to be \
                 mended; whoever starts takes over.",
    },
    Rule {
        kind: "claim-ahead",
        sql: CLAIMED_FOR_LONG,
        what: "claims last for more than a day from now",
        means: "A clock was ahead. Until then nobody else does this work.",
        advice: "Set the clock right; restart the service that holds them, which gives them back.",
    },
    Rule {
        kind: "policy-without-tenant",
        sql: "SELECT p.tenant AS which FROM policy p WHERE p.tenant <> '' \
              AND NOT EXISTS (SELECT 1 FROM tenant t WHERE t.key = p.tenant)",
        what: "rules are for tenants that are not there",
        means: "They have no effect, and would have one if a tenant of this name came.",
        advice: "Take them back with `licensetool policy set`, or leave them.",
    },
];

/// Claims of channels are none of these: they tell when the next sync may be, too.
const CLAIMED_BY_HALF: &str = "\
    SELECT key AS which FROM tenant WHERE (claimed_by IS NULL) <> (claimed_until IS NULL) \
    UNION ALL SELECT key FROM tenant WHERE (judging_by IS NULL) <> (judging_until IS NULL) \
    UNION ALL SELECT channel FROM delivery WHERE (claimed_by IS NULL) <> (claimed_until IS NULL)";

/// Where there is something to do.
const CLAIMED_LONG_AGO: &str = "\
    SELECT key AS which FROM tenant WHERE enabled AND removed_at IS NULL \
      AND (claimed_until < :a_day_ago OR judging_until < :a_day_ago) \
    UNION ALL SELECT d.channel FROM delivery d JOIN alert a ON a.id = d.alert \
      JOIN tenant t ON t.key = a.tenant WHERE d.claimed_until < :a_day_ago \
      AND d.delivered_at IS NULL AND d.dead_at IS NULL \
      AND t.enabled AND t.monitoring AND t.removed_at IS NULL";

const CLAIMED_FOR_LONG: &str = "\
    SELECT key AS which FROM tenant WHERE claimed_until > :in_a_day OR judging_until > :in_a_day \
    UNION ALL SELECT channel FROM delivery WHERE claimed_until > :in_a_day";
