//! The body of a webhook: a stable shape, documented in docs/webhooks.md.
//!
//! Members are only ever added. What nobody knows is null and never 0.

use domain::{Facts, Language, NextChange, Purchase, Seats, Snooze, State};
use serde::Serialize;

use crate::tell::story::{self, Story};
use crate::tell::{Message, Voice};

/// The type of what `channel test` sends.
pub(super) const TEST_TYPE: &str = "licensetool.channel.test.v1";

/// Why an event is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Alert,
    /// Nothing happened: somebody tries the channel.
    Test,
}

/// CloudEvents 1.0, structured mode.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    r#type: String,
    subject: String,
    time: String,
    datacontenttype: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    test: bool,
    event: &'static str,
    tenant: Tenant<'a>,
    product: Option<Product<'a>>,
    alert: AlertData<'a>,
    seats: Option<SeatsData>,
    purchase: Option<PurchaseData<'a>>,
    next_change: Option<NextChangeData>,
    certificate: Option<CertificateData<'a>>,
    unseen: Option<UnseenData<'a>>,
    missing_number: Option<&'a str>,
    text: InBoth<Text>,
    link: String,
}

#[derive(Serialize)]
struct Tenant<'a> {
    key: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    sku_id: String,
    part_number: &'a str,
    name: InBoth<String>,
}

#[derive(Serialize)]
struct InBoth<T> {
    de: T,
    en: T,
}

#[derive(Serialize)]
struct AlertData<'a> {
    id: i64,
    kind: &'static str,
    subject: &'a str,
    stage: &'static str,
    severity: &'static str,
    state: &'static str,
    snoozed_until: Option<String>,
    opened_at: String,
    as_of: String,
}

#[derive(Serialize)]
struct SeatsData {
    free: Option<i64>,
    consumed: Option<i64>,
    assignable: Option<i64>,
    enabled: Option<i64>,
    warning: Option<i64>,
    suspended: Option<i64>,
    locked_out: Option<i64>,
    low_at: i64,
}

#[derive(Serialize)]
struct PurchaseData<'a> {
    status: Option<&'a str>,
    seats: Option<i64>,
    unused_seats: Option<i64>,
    free_without: Option<i64>,
}

#[derive(Serialize)]
struct NextChangeData {
    at: String,
    seats: Option<i64>,
    outlook: &'static str,
}

#[derive(Serialize)]
struct CertificateData<'a> {
    thumbprint: &'a str,
    ends: String,
}

#[derive(Serialize)]
struct UnseenData<'a> {
    seen_at: Option<String>,
    cause: Option<&'static str>,
    message: &'a str,
    advice: &'a str,
}

#[derive(Serialize)]
struct Text {
    headline: String,
    happened: String,
    advice: String,
}

/// The bytes that are signed and sent.
pub(super) fn body(message: &Message, voice: &Voice, purpose: Purpose) -> Vec<u8> {
    serde_json::to_vec(&event(message, voice, purpose)).expect("every key is a text")
}

fn event<'a>(message: &'a Message, voice: &'a Voice, purpose: Purpose) -> CloudEvent<'a> {
    let concern = &message.alert.concern;
    CloudEvent {
        specversion: "1.0",
        id: message.id.to_string(),
        source: voice.public_url.as_str(),
        r#type: match purpose {
            Purpose::Alert => format!("licensetool.alert.{}.v1", message.event.as_str()),
            Purpose::Test => TEST_TYPE.to_owned(),
        },
        subject: format!("{}/{}/{}", message.tenant, concern.kind, concern.subject),
        time: message.at.to_string(),
        datacontenttype: "application/json",
        data: data(message, voice, purpose),
    }
}

fn data<'a>(message: &'a Message, voice: &'a Voice, purpose: Purpose) -> Data<'a> {
    let facts = &message.alert.facts;
    let in_both = InBoth {
        de: story::story(message, voice, Language::German),
        en: story::story(message, voice, Language::English),
    };
    Data {
        test: purpose == Purpose::Test,
        event: message.event.as_str(),
        tenant: Tenant {
            key: message.tenant.as_str(),
            name: &message.tenant_name,
        },
        product: facts.product().map(|(id, part_number)| {
            let name = |language| voice.names.label(id, part_number, language).into_owned();
            Product {
                sku_id: id.to_string(),
                part_number,
                name: InBoth {
                    de: name(Language::German),
                    en: name(Language::English),
                },
            }
        }),
        alert: alert(message),
        seats: match facts {
            Facts::Seats(it) => Some(seats(it)),
            _ => None,
        },
        purchase: match facts {
            Facts::Purchase(it) => Some(purchase(it)),
            _ => None,
        },
        next_change: next_change(facts),
        certificate: match facts {
            Facts::Certificate { ends } => Some(CertificateData {
                thumbprint: &message.alert.concern.subject,
                ends: ends.to_string(),
            }),
            _ => None,
        },
        unseen: unseen(facts),
        missing_number: match facts {
            Facts::NumberMissing { field, .. } => Some(field),
            _ => None,
        },
        text: InBoth {
            de: text(in_both.de),
            en: text(in_both.en),
        },
        link: story::link(voice, message),
    }
}

fn alert(message: &Message) -> AlertData<'_> {
    let alert = &message.alert;
    AlertData {
        id: message.alert_id,
        kind: alert.concern.kind.as_str(),
        subject: &alert.concern.subject,
        stage: domain::stage_word(alert.concern.kind, alert.stage, &alert.facts),
        severity: alert.severity().as_str(),
        state: alert.state.as_str(),
        snoozed_until: match alert.state {
            State::Snoozed(Snooze::Until(time)) => Some(time.to_string()),
            _ => None,
        },
        opened_at: alert.opened_at.to_string(),
        as_of: alert.as_of.to_string(),
    }
}

fn seats(seats: &Seats) -> SeatsData {
    SeatsData {
        free: seats.units.free(),
        consumed: seats.units.consumed,
        assignable: seats.units.assignable(),
        enabled: seats.units.enabled,
        warning: seats.units.warning,
        suspended: seats.units.suspended,
        locked_out: seats.units.locked_out,
        low_at: seats.low_at,
    }
}

fn purchase(purchase: &Purchase) -> PurchaseData<'_> {
    PurchaseData {
        status: purchase.status.as_graph(),
        seats: purchase.total,
        unused_seats: purchase.unused,
        free_without: purchase.free_without,
    }
}

/// Of the product's next purchase, or of the purchase that the alert is about.
fn next_change(facts: &Facts) -> Option<NextChangeData> {
    let next = match facts {
        Facts::Seats(seats) => seats.next.clone()?,
        Facts::Purchase(purchase) => NextChange {
            at: purchase.next,
            total: purchase.total,
            outlook: purchase.outlook,
        },
        _ => return None,
    };
    Some(NextChangeData {
        at: next.at.to_string(),
        seats: next.total,
        outlook: next.outlook.as_str(),
    })
}

fn unseen(facts: &Facts) -> Option<UnseenData<'_>> {
    match facts {
        Facts::Unseen {
            seen_at,
            cause,
            message,
            advice,
        } => Some(UnseenData {
            seen_at: seen_at.map(|time| time.to_string()),
            cause: cause.map(domain::Cause::as_str),
            message,
            advice,
        }),
        _ => None,
    }
}

fn text(story: Story) -> Text {
    Text {
        headline: story.headline,
        happened: story.happened,
        advice: story.advice,
    }
}

#[cfg(test)]
mod tests;
