//! The channels of the configuration: texts in, checked settings or every problem out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{Language, Severity};
use pipeline::tell::MailTls;
use url::Url;

use super::channel_keys::{CHANNEL_KEYS, ChannelKey, Kind};
use super::given::{Given, OfChannel, dotted, only_of, variable};
use super::read::Source;
use super::values::{FromText, Port};

/// A channel as the configuration has it. Files are not opened yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChannelSettings {
    pub(crate) name: String,
    pub(crate) way: Way,
    pub(crate) least: Severity,
    pub(crate) language: Option<Language>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) timeout: Duration,
}

/// How a channel tells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Way {
    Webhook { url: Address, secret_file: PathBuf },
    Mail(MailServer),
    Teams { url_file: PathBuf },
}

/// Where a webhook goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Address {
    Url(Url),
    InFile(PathBuf),
}

/// A mail server and who gets the mail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MailServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: MailTls,
    /// Name, and the file with the password.
    pub(crate) user: Option<(String, PathBuf)>,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) to_parameter: Option<Parameter>,
}

/// A value in a SharePoint parameter list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// Key of the profile; `None`: the only one there is.
    pub(crate) of: Option<String>,
}

impl Way {
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => Kind::Webhook.as_str(),
            Self::Mail(_) => Kind::Mail.as_str(),
            Self::Teams { .. } => Kind::Teams.as_str(),
        }
    }
}

/// The text in force of every setting of a channel that is set or has a default.
pub(crate) type ChannelInForce = (String, Vec<(&'static ChannelKey, String, Source)>);

/// Reads all channels, and goes on after a problem, so that all of them are found.
pub(crate) fn read(
    given: &Given,
    home: &Path,
    problems: &mut Vec<String>,
) -> (Vec<ChannelSettings>, Vec<ChannelInForce>) {
    let mut channels = Vec::with_capacity(given.len());
    let mut in_force = Vec::with_capacity(given.len());
    for (name, given) in given {
        let mut reader = Reader {
            name,
            given,
            home,
            problems: &mut *problems,
        };
        let Some(kind) = reader.kind() else { continue };
        reader.foreign_keys(kind);
        channels.extend(reader.channel(kind));
        let own = CHANNEL_KEYS.iter().filter(|key| key.of.contains(&kind));
        let own = own.map(|key| {
            let (text, source) = text(given, key);
            (key, text.to_owned(), source)
        });
        let own = own.filter(|(_, text, _)| !text.is_empty());
        in_force.push((name.clone(), own.collect()));
    }
    (channels, in_force)
}

fn text<'a>(given: &'a OfChannel, key: &ChannelKey) -> (&'a str, Source) {
    match given.get(key.name) {
        Some((text, source)) => (text, *source),
        None => (key.default, Source::Default),
    }
}

struct Reader<'a> {
    name: &'a str,
    given: &'a OfChannel,
    home: &'a Path,
    problems: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn kind(&mut self) -> Option<Kind> {
        let text: String = self.needed("kind", "write webhook, mail or teams")?;
        let kind = Kind::from_word(&text);
        if kind.is_none() {
            let place = self.place("kind");
            let wrong = format!("{place} = \"{text}\" must be webhook, mail or teams");
            self.problems.push(wrong);
        }
        kind
    }

    /// A setting that this kind does not have was meant for something.
    fn foreign_keys(&mut self, kind: Kind) {
        let foreign =
            |key: &&ChannelKey| self.given.contains_key(key.name) && !key.of.contains(&kind);
        let foreign: Vec<_> = CHANNEL_KEYS.iter().filter(foreign).collect();
        for key in foreign {
            let (place, kind, only) = (self.place(key.name), kind.as_str(), only_of(key));
            let wrong = format!("{place} has no meaning for a channel of kind {kind}: only {only}");
            self.problems.push(format!("{wrong} has it"));
        }
    }

    fn channel(&mut self, kind: Kind) -> Option<ChannelSettings> {
        let way = match kind {
            Kind::Webhook => self.webhook(),
            Kind::Mail => self.mail().map(Way::Mail),
            Kind::Teams => self.teams(),
        };
        let least = self.get("least");
        let language: Option<Option<Language>> = self.get("language");
        let ca_file = self.file("ca_file");
        let timeout = self.get("timeout");
        Some(ChannelSettings {
            name: self.name.to_owned(),
            way: way?,
            least: least?,
            language: language?,
            ca_file,
            timeout: timeout?,
        })
    }

    fn webhook(&mut self) -> Option<Way> {
        let url = match (self.given.contains_key("url"), self.file("url_file")) {
            (true, None) => self.get("url").map(Address::Url),
            (false, Some(file)) => Some(Address::InFile(file)),
            (true, Some(_)) => self.wrong("url", "and url_file are both set: leave one of them"),
            (false, None) => self.missing("url", "write it, or the name of a file into url_file"),
        };
        let advice = "a webhook that is not signed could come from anybody; \
                      `echo \"whsec_$(openssl rand -base64 32)\"` makes a secret for the file";
        let secret_file = self.needed_file("secret_file", advice);
        Some(Way::Webhook {
            url: url?,
            secret_file: secret_file?,
        })
    }

    fn teams(&mut self) -> Option<Way> {
        let advice = "write the workflow's address into a file, and the file's name here";
        let url_file = self.needed_file("url_file", advice)?;
        Some(Way::Teams { url_file })
    }

    fn mail(&mut self) -> Option<MailServer> {
        let host = self.needed("host", "name the mail server");
        let tls: Option<MailTls> = self.get("tls");
        let port: Option<Option<Port>> = self.get("port");
        let user = self.user();
        let from = self.needed("from", "write the sender's mail address");
        let recipients = self.recipients();
        let (to, to_parameter) = recipients?;
        Some(MailServer {
            host: host?,
            port: port?.map_or(usual_port(tls?), |Port(port)| port),
            tls: tls?,
            user: user?,
            from: from?,
            to,
            to_parameter,
        })
    }

    fn user(&mut self) -> Option<Option<(String, PathBuf)>> {
        match (self.given.get("user"), self.file("password_file")) {
            (None, None) => Some(None),
            (Some((user, _)), Some(file)) => Some(Some((user.clone(), file))),
            (Some(_), None) => {
                let advice = "write the password into a file, and the file's name here";
                self.missing("password_file", advice)
            }
            (None, Some(_)) => self.missing("user", "say whose password it is"),
        }
    }

    fn recipients(&mut self) -> Option<(Vec<String>, Option<Parameter>)> {
        let to: String = self.get("to")?;
        let to = to.split(',').map(str::trim).filter(|it| !it.is_empty());
        let to: Vec<String> = to.map(str::to_owned).collect();
        let name: Option<String> = self.get("to_parameter")?;
        let of: Option<String> = self.get("to_parameter_of")?;
        match name {
            None if of.is_some() => self.missing("to_parameter", "name the value in the list"),
            None if to.is_empty() => self.missing("to", "write at least one mail address"),
            name => Some((to, name.map(|name| Parameter { name, of }))),
        }
    }

    fn get<T: FromText>(&mut self, key: &str) -> Option<T> {
        let known = CHANNEL_KEYS.iter().find(|known| known.name == key);
        let known = known.expect("every setting that is read stands in the table");
        let text = text(self.given, known).0;
        match T::from_text(text) {
            Ok(value) => Some(value),
            // An address may hold a secret.
            Err(wrong) if key == "url" => self.wrong(key, &wrong),
            Err(wrong) => self.wrong(key, &format!("= \"{text}\" {wrong}")),
        }
    }

    fn needed<T: FromText>(&mut self, key: &str, advice: &str) -> Option<T> {
        if self.given.contains_key(key) {
            self.get(key)
        } else {
            self.missing(key, advice)
        }
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        let (text, _) = self.given.get(key)?;
        Some(self.home.join(text))
    }

    fn needed_file(&mut self, key: &str, advice: &str) -> Option<PathBuf> {
        self.file(key).or_else(|| self.missing(key, advice))
    }

    fn missing<T>(&mut self, key: &str, advice: &str) -> Option<T> {
        let name = dotted(self.name, key);
        self.problems.push(format!("{name} is missing: {advice}"));
        None
    }

    fn wrong<T>(&mut self, key: &str, wrong: &str) -> Option<T> {
        let place = self.place(key);
        self.problems.push(format!("{place} {wrong}"));
        None
    }

    /// Where a setting was said.
    fn place(&self, key: &str) -> String {
        match self.given.get(key) {
            Some((_, Source::Environment)) => variable(self.name, key),
            _ => format!("{}: {}", Source::File.as_str(), dotted(self.name, key)),
        }
    }
}

fn usual_port(tls: MailTls) -> u16 {
    match tls {
        MailTls::StartTls => 587,
        MailTls::Implicit => 465,
        MailTls::None => 25,
    }
}

#[cfg(test)]
mod tests;
