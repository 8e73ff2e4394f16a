//! The channels of the configuration, made ready to tell: their files are read here.

mod secret_file;

use std::path::Path;

use domain::{Language, Severity};
use pipeline::deliver::Named;
use pipeline::tell::{
    Channel, Mail, MailSettings, MailTls, Reach, Secret, Teams, TeamsSettings, Webhook,
    WebhookSettings,
};
use store::Route;

use crate::config::{Address, ChannelSettings, Config, MailServer, SHAREPOINT, Way};
use crate::sharepoint::Profiles;

pub(crate) use secret_file::{text as secret_text, too_open};

/// A channel that can tell.
#[derive(Clone, Debug)]
pub(crate) struct Outlet {
    pub(crate) named: Named,
    pub(crate) language: Language,
}

/// What came of the configuration's channels.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) outlets: Vec<Outlet>,
    /// A line each: channel, setting, what is wrong, the way out. Those channels cannot tell.
    pub(crate) errors: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// Parameter lists that cannot be found now: a profile that is broken may be mended.
    pub(crate) unresolved: Vec<String>,
}

/// Makes all channels, and says everything that is wrong.
pub(crate) fn make(config: &Config, profiles: &Profiles) -> Made {
    let mut made = Made::default();
    for settings in &config.channels {
        let mut maker = Maker::of(&settings.name);
        let channel = maker.channel(settings);
        let recipients_from = maker.recipients_from(settings, profiles);
        made.errors.append(&mut maker.errors);
        made.warnings.append(&mut maker.warnings);
        made.unresolved.append(&mut maker.unresolved);
        made.outlets.extend(channel.map(|channel| Outlet {
            named: Named {
                name: settings.name.clone(),
                channel,
                recipients_from,
            },
            language: settings.language.unwrap_or(config.language),
        }));
    }
    made
}

/// The outlets with the parameter lists of other profiles than those they were made with.
pub(crate) fn with_profiles(
    outlets: &[Outlet],
    config: &Config,
    profiles: &Profiles,
) -> Vec<Outlet> {
    let renewed = |outlet: &Outlet| {
        let mut outlet = outlet.clone();
        let name = &outlet.named.name;
        let settings = config
            .channels
            .iter()
            .find(|settings| settings.name == *name);
        let of_list = settings.and_then(|it| Maker::of(&it.name).recipients_from(it, profiles));
        outlet.named.recipients_from = of_list;
        outlet
    };
    outlets.iter().map(renewed).collect()
}

/// Which channel is told what: those of the configuration, and one for each SharePoint profile.
pub(crate) fn routes(config: &Config, profiles: &Profiles) -> Vec<Route> {
    let own = config.channels.iter().map(|settings| Route {
        channel: settings.name.clone(),
        least: settings.least,
        only_seats: false,
    });
    let lists = profiles.keys_in_use(config).iter().map(|key| Route {
        channel: crate::sharepoint::channel_name(key),
        least: Severity::Notice,
        only_seats: true,
    });
    own.chain(lists).collect()
}

/// Makes one channel, and goes on after a problem, so that all of them are found.
struct Maker<'a> {
    channel: &'a str,
    errors: Vec<String>,
    warnings: Vec<String>,
    unresolved: Vec<String>,
}

impl<'a> Maker<'a> {
    fn of(channel: &'a str) -> Self {
        Self {
            channel,
            errors: Vec::new(),
            warnings: Vec::new(),
            unresolved: Vec::new(),
        }
    }

    fn channel(&mut self, settings: &ChannelSettings) -> Option<Channel> {
        let extra_ca = settings.ca_file.as_ref().map(|file| self.bundle(file));
        let reach = Reach {
            extra_ca: extra_ca.flatten(),
            timeout: settings.timeout,
            connect_timeout: Reach::default().connect_timeout.min(settings.timeout),
        };
        match &settings.way {
            Way::Webhook { url, secret_file } => self.webhook(url, secret_file, reach),
            Way::Teams { url_file } => {
                let url = self.secret("url_file", url_file)?;
                self.sound(Teams::new(&TeamsSettings { url, reach }).map(Channel::Teams))
            }
            Way::Mail(server) => self.mail(server, reach),
        }
        .filter(|_| self.errors.is_empty())
    }

    fn webhook(&mut self, url: &Address, secret_file: &Path, reach: Reach) -> Option<Channel> {
        let url = match url {
            Address::Url(url) => Some(Secret::new(url.as_str())),
            Address::InFile(file) => self.secret("url_file", file),
        };
        self.warn_if_open("secret_file", secret_file);
        let secrets = self.said("secret_file", secret_file::lines(secret_file));
        let settings = WebhookSettings {
            url: url?,
            secrets: secrets?,
            reach,
        };
        self.sound(Webhook::new(&settings).map(Channel::Webhook))
    }

    fn mail(&mut self, server: &MailServer, reach: Reach) -> Option<Channel> {
        let user = match &server.user {
            Some((user, file)) => {
                let password = self.secret("password_file", file)?;
                Some((user.clone(), password))
            }
            None => None,
        };
        let settings = MailSettings {
            host: server.host.clone(),
            port: server.port,
            tls: server.tls,
            user,
            from: server.from.clone(),
            to: server.to.clone(),
            reach,
        };
        let mail = self.sound(Mail::new(&settings).map(Channel::Mail));
        for address in server.to.iter().filter(|address| !is_mail_address(address)) {
            let wrong = format!("\"{address}\" is no mail address");
            self.errors
                .push(format!("channel.{}.to: {wrong}", self.channel));
        }
        mail
    }

    /// Whose parameter list names recipients, and under which name.
    fn recipients_from(
        &mut self,
        settings: &ChannelSettings,
        profiles: &Profiles,
    ) -> Option<(String, String)> {
        let Way::Mail(server) = &settings.way else {
            return None;
        };
        let parameter = server.to_parameter.as_ref()?;
        let found = profiles.one(parameter.of.as_deref());
        let problem = match &found {
            Err(problem) => Some(format!("to_parameter_of: {problem}")),
            Ok(profile) if profile.lists.parameter_list_id.is_none() => Some(format!(
                "to_parameter: the SharePoint profile {} names no parameter list: add \
                 parameter_list_id to it",
                profile.key
            )),
            Ok(_) => None,
        };
        let of_channel = |problem| format!("channel.{}.{problem}", self.channel);
        self.unresolved.extend(problem.map(of_channel));
        // What was read of the list before is kept: it serves as long as its profile is broken.
        let key = match (found, &parameter.of) {
            (Ok(profile), _) => profile.key.as_str(),
            (Err(_), of) => of.as_deref()?,
        };
        Some((format!("{SHAREPOINT}{key}"), parameter.name.clone()))
    }

    fn secret(&mut self, setting: &str, file: &Path) -> Option<Secret> {
        self.warn_if_open(setting, file);
        self.said(setting, secret_file::first_line(file))
    }

    fn bundle(&mut self, file: &Path) -> Option<Vec<u8>> {
        let text = self.said("ca_file", secret_file::text(file))?;
        Some(text.as_bytes().to_vec())
    }

    fn warn_if_open(&mut self, setting: &str, file: &Path) {
        let warning = too_open(file);
        let of_setting = |warning| format!("channel.{}.{setting}: {warning}", self.channel);
        self.warnings.extend(warning.map(of_setting));
    }

    fn said<T>(&mut self, setting: &str, result: Result<T, String>) -> Option<T> {
        let error = |error| {
            let error = format!("channel.{}.{setting}: {error}", self.channel);
            self.errors.push(error);
        };
        result.map_err(error).ok()
    }

    /// What a channel says of its settings names the setting.
    fn sound<T>(&mut self, made: anyhow::Result<T>) -> Option<T> {
        let error = |error| {
            let error = format!("channel.{}: {error:#}", self.channel);
            self.errors.push(error);
        };
        made.map_err(error).ok()
    }
}

/// By the same reading as when a mail is sent: there a sender that is none is refused.
fn is_mail_address(text: &str) -> bool {
    let settings = MailSettings {
        host: "localhost".to_owned(),
        port: 25,
        tls: MailTls::None,
        user: None,
        from: text.to_owned(),
        to: Vec::new(),
        reach: Reach::default(),
    };
    Mail::new(&settings).is_ok()
}
