//! The reference page for operators, made from the two tables of settings.

use std::fmt::Write as _;

use super::channel_keys::{CHANNEL_KEYS, ChannelKey, Kind};
use super::keys::KEYS;

/// In Markdown.
pub(crate) fn reference() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Made from the program's own table by `licensetool config reference`; a test compares.\n\n\
         Settings stand in `licensetool.toml` in the home folder, every one of them can also be \
         set by an environment variable, which wins. `licensetool config show` prints what is in \
         force and where it comes from, `licensetool config check` reads everything and says every \
         problem at once.\n\n\
         The home folder itself is `--home`, else `LICENSETOOL_HOME`, else the current folder.\n\n\
         | setting | default | meaning | environment variable |\n|---|---|---|---|\n",
    );
    for key in KEYS {
        line(
            &mut page,
            key.name,
            key.default,
            key.meaning,
            &key.variable(),
        );
    }
    page.push_str(
        "\nA change of `licensetool.toml`, of the environment or of a channel's secret needs a \
         restart; profiles and certificates are picked up while the program runs. Times are \
         written like `30s`, `15m`, `1h 30m`. An HTTP proxy is taken from the usual \
         environment variables `HTTPS_PROXY` and `NO_PROXY`.\n",
    );
    channels(&mut page);
    page
}

fn channels(page: &mut String) {
    page.push_str(
        "\n## Channels\n\n\
         Who is told of alerts. Each channel is a section of its own with a name of your choice \
         (small letters, digits and `-`), here `ops`:\n\n\
         ```toml\n[channel.ops]\nkind = \"mail\"\nhost = \"mail.company.example\"\n\
         user = \"licensetool\"\npassword_file = \"secrets/mail\"\n\
         from = \"licences@company.example\"\nto = \"support@company.example\"\n\
         least = \"warning\"\n```\n\n\
         Every setting of a channel can also be set by an environment variable: the name in upper \
         case with `_` for `-`, such as `LICENSETOOL_CHANNEL__OPS__HOST`. Secrets are read from \
         files alone, never from `licensetool.toml` or the environment; the paths are relative to \
         the home folder. `licensetool channel test ops` sends a sample.\n\n\
         Every SharePoint profile is a channel by itself, named `sharepoint-<key of the profile>`: \
         `licensetool channel test` checks its lists.\n\n\
         | setting | of | default | meaning |\n|---|---|---|---|\n",
    );
    for key in CHANNEL_KEYS {
        let kinds = kinds(key);
        let default = quoted(key.default);
        let (name, meaning) = (key.name, key.meaning);
        writeln!(page, "| `{name}` | {kinds} | {default} | {meaning} |")
            .expect("writing into a String cannot fail");
    }
}

fn kinds(key: &ChannelKey) -> String {
    if key.of.len() == Kind::ALL.len() {
        return "all".to_owned();
    }
    let kinds: Vec<&str> = key.of.iter().map(|kind| kind.as_str()).collect();
    kinds.join(", ")
}

fn line(page: &mut String, name: &str, default: &str, meaning: &str, variable: &str) {
    let default = quoted(default);
    writeln!(page, "| `{name}` | {default} | {meaning} | `{variable}` |")
        .expect("writing into a String cannot fail");
}

/// Nothing for nothing.
fn quoted(default: &str) -> String {
    if default.is_empty() {
        String::new()
    } else {
        format!("`{default}`")
    }
}
