//! What the file and the environment say of channels, before it is read as values.

use std::collections::BTreeMap;

use super::channel_keys::{CHANNEL_KEYS, ChannelKey, Kind};
use super::nearest::meant;
use super::read::Source;

/// Of the variables of channels.
const VARIABLE: &str = "LICENSETOOL_CHANNEL__";

/// The section of all channels.
pub(crate) const SECTION: &str = "channel";

/// Names that the program gives.
pub(crate) const RESERVED: &str = "sharepoint-";

/// What is said of one channel, by setting.
pub(crate) type OfChannel = BTreeMap<&'static str, (String, Source)>;

/// What is said of all channels, by name.
pub(crate) type Given = BTreeMap<String, OfChannel>;

/// The variable that sets a channel's setting.
pub(crate) fn variable(channel: &str, key: &str) -> String {
    let channel = channel.to_ascii_uppercase().replace('-', "_");
    format!("{VARIABLE}{channel}__{}", key.to_ascii_uppercase())
}

/// The dotted name, as in the file.
pub(crate) fn dotted(channel: &str, key: &str) -> String {
    format!("{SECTION}.{channel}.{key}")
}

/// Channel and setting of a variable; `None`: it is none of a channel.
pub(crate) fn of_variable(name: &str) -> Option<(String, String)> {
    let (channel, key) = name.strip_prefix(VARIABLE)?.rsplit_once("__")?;
    let channel = channel.to_lowercase().replace('_', "-");
    Some((channel, key.to_lowercase()))
}

/// Notes one setting; the later word wins. The error says what is wrong with channel or setting.
pub(crate) fn note(
    given: &mut Given,
    channel: &str,
    key: &str,
    text: String,
    source: Source,
) -> Result<(), String> {
    check_name(channel)?;
    let known = known(channel, key)?;
    if !text.is_empty() {
        let of_channel = given.entry(channel.to_owned()).or_default();
        of_channel.insert(known.name, (text, source));
    }
    Ok(())
}

/// Notes a channel of which nothing is said yet.
pub(crate) fn note_name(given: &mut Given, channel: &str) {
    // A name that cannot be is told with its settings.
    if check_name(channel).is_ok() {
        given.entry(channel.to_owned()).or_default();
    }
}

fn check_name(channel: &str) -> Result<(), String> {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if channel.is_empty() || channel.len() > 40 || !channel.chars().all(sound) {
        return Err(format!(
            "the channel \"{channel}\" must have a name of 1 to 40 small letters, digits and -"
        ));
    }
    if channel.starts_with(RESERVED) {
        return Err(format!(
            "the channel {channel} must have another name: those that begin with {RESERVED} belong \
             to SharePoint profiles"
        ));
    }
    Ok(())
}

fn known(channel: &str, key: &str) -> Result<&'static ChannelKey, String> {
    if let Some(known) = CHANNEL_KEYS.iter().find(|known| known.name == key) {
        return Ok(known);
    }
    let name = dotted(channel, key);
    if matches!(key, "password" | "secret") {
        return Err(format!(
            "{name} would be a secret in plain sight: write it into a file, and the file's name \
             into {key}_file"
        ));
    }
    let names: Vec<&str> = CHANNEL_KEYS.iter().map(|known| known.name).collect();
    Err(format!(
        "there is no setting {name}{}",
        match meant(key, &names) {
            Some(meant) => format!("; did you mean {}?", dotted(channel, meant)),
            None => format!("; a channel has {}", names.join(", ")),
        }
    ))
}

/// The kinds that have a setting, for a sentence.
pub(crate) fn only_of(key: &ChannelKey) -> String {
    let kinds: Vec<&str> = key.of.iter().map(|kind: &Kind| kind.as_str()).collect();
    kinds.join(" and ")
}
