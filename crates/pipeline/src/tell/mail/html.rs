//! A digest for mail programs that show HTML, light or dark.

use std::fmt::Write;

use domain::{Language, Severity};

use super::digest::{Digest, Entry, Group};
use crate::tell::story::Story;

/// No background and no colour of text is set: both are the reader's, light or dark.
pub(super) fn html(digest: &Digest, language: Language, all: &str, open: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"supported-color-schemes\" content=\"light dark\"><title>{}</title></head>\n\
         <body style=\"font-family:'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.45;\
         max-width:44em\">\n",
        super::tag(language),
        escaped(&digest.subject)
    );
    if let Some(note) = digest.note {
        add(
            &mut page,
            format_args!("<p><strong>{}</strong></p>\n", escaped(note)),
        );
    }
    for group in &digest.groups {
        add_group(&mut page, group, open);
    }
    if let Some(more) = &digest.more {
        add(&mut page, format_args!("<p>{}</p>\n", escaped(more)));
    }
    add(
        &mut page,
        format_args!(
            "<p style=\"font-size:13px;opacity:0.75\">{} <a href=\"{}\">{}</a></p>\n\
             </body></html>\n",
            escaped(&digest.footer),
            escaped(&digest.all),
            escaped(all)
        ),
    );
    page
}

fn add_group(page: &mut String, group: &Group, open: &str) {
    let tenant = escaped(&group.tenant);
    add(
        page,
        format_args!("<h2 style=\"font-size:19px;margin:1.4em 0 0.4em\">{tenant}</h2>\n"),
    );
    for entry in &group.entries {
        add_entry(page, entry, open);
    }
}

fn add_entry(page: &mut String, entry: &Entry, open: &str) {
    let story = &entry.story;
    add(
        page,
        format_args!(
            "<div style=\"border-left:5px solid {};padding:0 0 0 14px;margin:0 0 1.6em\">\n\
             <h3 style=\"font-size:16px;margin:0\">{}: {}</h3>\n\
             <p style=\"margin:0.5em 0\">{}</p>\n\
             <table style=\"border-collapse:collapse;font-size:14px\">\n",
            color(story),
            escaped(entry.urgency),
            escaped(&story.headline),
            escaped(&story.happened)
        ),
    );
    for (label, value) in &story.numbers {
        add(
            page,
            format_args!(
                "<tr><td style=\"padding:1px 18px 1px 0;vertical-align:top\">{}</td>\
                 <td style=\"padding:1px 0\"><strong>{}</strong></td></tr>\n",
                escaped(label),
                escaped(value)
            ),
        );
    }
    add(
        page,
        format_args!(
            "</table>\n<p style=\"margin:0.5em 0\">{} <a href=\"{}\">{}</a></p>\n</div>\n",
            escaped(&story.advice),
            escaped(&story.link),
            escaped(open)
        ),
    );
}

/// Seen well on white and on black. It is not the only signal: the word stands there too.
fn color(story: &Story) -> &'static str {
    match story.severity {
        _ if story.resolved => "#3f9142",
        Severity::Critical => "#d13438",
        Severity::Warning => "#d98a00",
        Severity::Notice => "#4a86c5",
    }
}

fn add(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes any text");
}

/// For text and for attributes in double quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_becomes_markup() {
        assert_eq!(
            escaped("<img onerror=\"x('&')\">"),
            "&lt;img onerror=&quot;x(&#39;&amp;&#39;)&quot;&gt;"
        );
    }
}
