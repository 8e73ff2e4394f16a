//! All that is due, put in order for one mail: by tenant, the worst first.

use std::cmp::Reverse;

use domain::TenantKey;
use uuid::Uuid;

use crate::tell::story::{self, Story, story};
use crate::tell::tongue::Tongue;
use crate::tell::{Message, Voice};

/// Most messages that stand in one mail; the rest is counted, and a link leads to all.
const LIMIT: usize = 100;

/// Why a mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Alerts,
    /// Nothing happened: somebody tries the channel.
    Test,
}

/// What stands in a mail, free of its form.
#[derive(Debug)]
pub(super) struct Digest {
    /// The same for the same messages.
    pub(super) id: Uuid,
    pub(super) subject: String,
    /// That nothing happened, in a sample.
    pub(super) note: Option<&'static str>,
    pub(super) groups: Vec<Group>,
    /// That there is more than stands here.
    pub(super) more: Option<String>,
    pub(super) footer: String,
    pub(super) all: String,
}

/// The messages of one tenant.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) tenant: String,
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) urgency: &'static str,
    pub(super) story: Story,
}

pub(super) fn digest(messages: &[Message], voice: &Voice, purpose: Purpose) -> Digest {
    let tongue = Tongue {
        language: voice.language,
        zone: &voice.time_zone,
    };
    let mut told: Vec<(&TenantKey, Story)> = messages
        .iter()
        .map(|message| (&message.tenant, story(message, voice, voice.language)))
        .collect();
    told.sort_by_cached_key(|(tenant, story)| {
        (
            story.resolved,
            Reverse(story.severity),
            (*tenant).clone(),
            story.headline.clone(),
        )
    });
    let test = purpose == Purpose::Test;
    let all = format!("{}/alerts", voice.public_url.as_str().trim_end_matches('/'));
    let left_out = told.len().saturating_sub(LIMIT);
    let subject = subject(&told, tongue, test);
    told.truncate(LIMIT);
    Digest {
        id: id(messages),
        subject,
        note: test.then(|| {
            tongue.say(
                "PROBE: Jemand probiert diesen Kanal aus. Es ist nichts geschehen.",
                "TEST: somebody tries this channel. Nothing has happened.",
            )
        }),
        groups: groups(told, tongue),
        more: (left_out > 0).then(|| {
            tongue.made(
                format!("Und {left_out} weitere, siehe alle Meldungen."),
                format!("And {left_out} more, see all alerts."),
            )
        }),
        footer: footer(voice, tongue),
        all,
    }
}

fn subject(told: &[(&TenantKey, Story)], tongue: Tongue<'_>, test: bool) -> String {
    let Some((_, worst)) = told.first() else {
        return String::new();
    };
    let before = if test {
        tongue.say("PROBE: ", "TEST: ")
    } else {
        ""
    };
    let more = match told.len() - 1 {
        0 => String::new(),
        1 => tongue.say(" (+1 weitere)", " (+1 more)").to_owned(),
        more => tongue.made(format!(" (+{more} weitere)"), format!(" (+{more} more)")),
    };
    format!("{before}{}: {}{more}", worst.tenant, worst.headline)
}

/// Tenants in the order of their worst message.
fn groups(told: Vec<(&TenantKey, Story)>, tongue: Tongue<'_>) -> Vec<Group> {
    let mut groups: Vec<(&TenantKey, Group)> = Vec::new();
    for (tenant, story) in told {
        let entry = Entry {
            urgency: story::urgency(&story, tongue),
            story,
        };
        match groups.iter_mut().find(|(key, _)| *key == tenant) {
            Some((_, group)) => group.entries.push(entry),
            None => groups.push((
                tenant,
                Group {
                    tenant: entry.story.tenant.clone(),
                    entries: vec![entry],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn footer(voice: &Voice, tongue: Tongue<'_>) -> String {
    let company = crate::tell::untrusted::name(&voice.company);
    if company == "licensetool" {
        // Nobody has said for whom.
        return "licensetool".to_owned();
    }
    tongue.made(
        format!("licensetool schreibt dies für {company}."),
        format!("licensetool writes this for {company}."),
    )
}

/// Of the messages' ids, whatever their order.
fn id(messages: &[Message]) -> Uuid {
    let mut ids: Vec<&[u8]> = messages
        .iter()
        .map(|it| it.id.as_bytes().as_slice())
        .collect();
    ids.sort_unstable();
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &ids.concat())
}
