//! The table of all settings, from which reading, `config show` and the reference page are made.

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Dotted, as in the file: `collect.interval` stands in the section `[collect]`.
    pub(crate) name: &'static str,
    pub(crate) default: &'static str,
    pub(crate) meaning: &'static str,
}

impl Key {
    /// The environment variable that overrides the file.
    pub(crate) fn variable(&self) -> String {
        format!(
            "LICENSETOOL_{}",
            self.name.to_ascii_uppercase().replace('.', "__")
        )
    }
}

const fn key(name: &'static str, default: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        default,
        meaning,
    }
}

pub(crate) const KEYS: &[Key] = &[
    key(
        "listen",
        "127.0.0.1:5000",
        "Address of pages and API. Without sign-in loopback only.",
    ),
    key(
        "metrics_listen",
        "127.0.0.1:9464",
        "Address of `/metrics`, `/healthz` and `/readyz`.",
    ),
    key(
        "public_url",
        "",
        "Where people open the pages: links in messages begin with it, and sign-in leads back to \
         it. Without it `http://` and `listen`.",
    ),
    key(
        "auth",
        "none",
        "`entra`: people sign in with the app in `config-profiles/auth` (docs/sign-in.md). `none`: \
         nobody does, and only this machine is answered.",
    ),
    key(
        "session.key_file",
        "",
        "File with the secret keys of sessions, a line each: the first one seals, all open. Needed \
         with sign-in; relative to home.",
    ),
    key(
        "session.lifetime",
        "8h",
        "How long somebody stays signed in, at most 24h.",
    ),
    key(
        "trusted_proxies",
        "",
        "Addresses or ranges of proxies whose `X-Forwarded-For` counts, separated by commas, such \
         as `10.0.0.0/8`.",
    ),
    key(
        "tls.cert_file",
        "",
        "PEM file with the certificate of `listen` and its chain, relative to home. Without it a \
         proxy in front speaks TLS.",
    ),
    key(
        "tls.key_file",
        "",
        "PEM file with its private key, relative to home.",
    ),
    key(
        "language",
        "de",
        "Language of product names and messages: `de` or `en`.",
    ),
    key(
        "time_zone",
        "Europe/Zurich",
        "Of the times in messages and on the command line.",
    ),
    key(
        "company",
        "licensetool",
        "Who sends the messages, for their signature.",
    ),
    key(
        "store.url",
        "sqlite:licensetool.db",
        "Where what was seen is kept: `sqlite:` and a path relative to home, or \
         `postgres://USER@HOST:PORT/DATABASE` (docs/postgresql.md).",
    ),
    key(
        "store.password_file",
        "",
        "File with the password of PostgreSQL's role on its first line, relative to home.",
    ),
    key(
        "store.ca_file",
        "",
        "PEM file of CA certificates that vouch for PostgreSQL beside the usual ones, relative to \
         home.",
    ),
    key(
        "store.connections",
        "8",
        "Connections to PostgreSQL that one process holds at most, 1 to 1000, \
         besides the one on which a service hears of news.",
    ),
    key(
        "log.level",
        "info",
        "`error`, `warn`, `info`, `debug`, or a list such as `info,pipeline=debug`.",
    ),
    key(
        "log.format",
        "",
        "`text` for people, `json` for collectors. Without it `run` writes text on a terminal and \
         JSON everywhere else; commands write text.",
    ),
    key(
        "traces.otlp_endpoint",
        "",
        "Address of an OpenTelemetry collector that takes OTLP over HTTP, such as \
         `http://127.0.0.1:4318`. Without it there are no traces.",
    ),
    key(
        "home.poll",
        "10s",
        "How often the home folder is looked at for changed profiles and certificates.",
    ),
    key(
        "microsoft.cloud",
        "global",
        "`global`, `us-government`, `us-government-dod` or `china`.",
    ),
    key(
        "microsoft.authority",
        "",
        "Entra's address, if not the cloud's own.",
    ),
    key(
        "microsoft.graph",
        "",
        "Graph's address, if not the cloud's own.",
    ),
    key(
        "microsoft.ca_file",
        "",
        "PEM file of CA certificates to trust beside the usual ones, relative to home.",
    ),
    key(
        "microsoft.request_timeout",
        "30s",
        "Bound for one request to Microsoft. A process has SharePoint's lists to itself for eight \
         times as long.",
    ),
    key(
        "collect.interval",
        "15m",
        "Time between two looks at a tenant's licences.",
    ),
    key(
        "collect.subscriptions_interval",
        "1h",
        "Time between two looks at a tenant's subscriptions.",
    ),
    key(
        "collect.at_once",
        "50",
        "Tenants asked at the same time, 1 to 1000.",
    ),
    key(
        "collect.deadline",
        "2m",
        "Bound for one whole look at a tenant, waiting out throttling included.",
    ),
    key(
        "policy.low",
        "5%",
        "When licences count as low: a number of free seats, or a share of the assignable ones.",
    ),
    key(
        "policy.clear_margin",
        "2",
        "Seats beyond its beginning that free must reach before a level ends.",
    ),
    key(
        "policy.stale_after",
        "1h",
        "Age from which a snapshot says nothing about now.",
    ),
    key(
        "policy.renewal_lead_days",
        "30",
        "Days before a renewal or an end at which somebody should hear of it.",
    ),
    key(
        "evaluate.claim",
        "2m",
        "How long a process has tenants to itself that it judges: what one that was killed held is \
         free again after so long.",
    ),
    key(
        "deliver.claim",
        "5m",
        "The same of messages that it sends. Shorter than the sending takes, messages may come \
         twice.",
    ),
    key(
        "deliver.max_attempts",
        "20",
        "Tries of a message, 1 to 1000. Then it is dead, until `licensetool deliveries retry`.",
    ),
    key(
        "deliver.longest_wait",
        "1h",
        "The longest wait between two tries; the first ones wait 1, 2, 4 … minutes.",
    ),
    key(
        "history.compact_after",
        "90d",
        "Age from which on of a day's numbers only those are kept that somebody reads \
         (docs/privacy.md).",
    ),
    key(
        "history.keep",
        "1100d",
        "How long history is kept. What was in force then stays, as its beginning.",
    ),
    key(
        "history.keep_of",
        "",
        "Tenants whose history is kept for another time, separated by commas, such as \
         `iseschool=365d, gymwest=1825d`.",
    ),
    key(
        "alerts.keep",
        "730d",
        "How long alerts that are over are kept, with their history and what was told of them.",
    ),
    key(
        "audit.keep",
        "365d",
        "How long it is kept who did what: changes, sign-ins, exports.",
    ),
    key(
        "sharepoint.enabled",
        "true",
        "`false` leaves the lists of all SharePoint profiles alone.",
    ),
    key(
        "sharepoint.interval",
        "5m",
        "Time between two syncs of SharePoint lists that nothing else asked for.",
    ),
];
