//! A digest as the text of a mail, headers and all.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::digest::{Digest, Entry};
use super::html::html;
use crate::tell::Voice;
use crate::tell::tongue::Tongue;

/// The bytes of a mail, with CRLF at each line's end and nothing but ASCII. The same digest gives
/// the same mail, but for its date.
pub(super) fn write(
    digest: &Digest,
    voice: &Voice,
    from: &Mailbox,
    to: &[Mailbox],
    now: Timestamp,
) -> Vec<u8> {
    let tongue = Tongue {
        language: voice.language,
        zone: &voice.time_zone,
    };
    let all = tongue.say("Alle Meldungen", "All alerts");
    let open = tongue.say("Meldung öffnen", "Open the alert");
    let parts = MultiPart::alternative()
        .boundary(digest.id.simple().to_string())
        .singlepart(SinglePart::plain(text(digest, all)))
        .singlepart(
            SinglePart::builder()
                .header(ContentType::TEXT_HTML)
                .body(html(digest, voice.language, all, open)),
        );
    let header = |name, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
    };
    let id = format!("<{}@{}>", digest.id.simple(), from.email.domain());
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let mut mail = lettre::Message::builder()
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(id))
        .from(from.clone())
        .subject(digest.subject.clone())
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("Content-Language", super::tag(voice.language)));
    for recipient in to {
        mail = mail.to(recipient.clone());
    }
    let mail = mail.multipart(parts);
    mail.expect("there is a sender and a recipient").formatted()
}

fn text(digest: &Digest, all: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    if let Some(note) = digest.note {
        lines.extend([note.to_owned(), String::new()]);
    }
    for group in &digest.groups {
        let underline = "=".repeat(group.tenant.chars().count());
        lines.extend([group.tenant.clone(), underline, String::new()]);
        for entry in &group.entries {
            add_entry(&mut lines, entry);
        }
    }
    if let Some(more) = &digest.more {
        lines.extend([more.clone(), String::new()]);
    }
    lines.extend([
        "-- ".to_owned(),
        digest.footer.clone(),
        format!("{all}: {}", digest.all),
    ]);
    lines.join("\n") + "\n"
}

fn add_entry(lines: &mut Vec<String>, entry: &Entry) {
    let story = &entry.story;
    let longest = |(label, _): &(String, String)| label.chars().count();
    let width = story.numbers.iter().map(longest).max().unwrap_or(0) + 3;
    lines.push(format!("{}: {}", entry.urgency, story.headline));
    lines.push(story.happened.clone());
    lines.push(String::new());
    let row =
        |(label, value): &(String, String)| format!("  {:width$}{value}", format!("{label}:"));
    lines.extend(story.numbers.iter().map(row));
    lines.push(String::new());
    lines.push(story.advice.clone());
    lines.push(story.link.clone());
    lines.push(String::new());
}
