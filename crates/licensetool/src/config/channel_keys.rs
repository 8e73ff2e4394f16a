//! The table of all settings of a channel, and which kind of channel has which.

/// How a channel tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Webhook,
    Mail,
    Teams,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Webhook, Self::Mail, Self::Teams];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Mail => "mail",
            Self::Teams => "teams",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One setting of a channel.
#[derive(Debug)]
pub(crate) struct ChannelKey {
    pub(crate) name: &'static str,
    /// The kinds that have it.
    pub(crate) of: &'static [Kind],
    pub(crate) default: &'static str,
    pub(crate) meaning: &'static str,
}

const fn key(
    name: &'static str,
    of: &'static [Kind],
    default: &'static str,
    meaning: &'static str,
) -> ChannelKey {
    ChannelKey {
        name,
        of,
        default,
        meaning,
    }
}

const ALL: &[Kind] = &Kind::ALL;
const MAIL: &[Kind] = &[Kind::Mail];
const WEBHOOK: &[Kind] = &[Kind::Webhook];

pub(crate) const CHANNEL_KEYS: &[ChannelKey] = &[
    key("kind", ALL, "", "`webhook`, `mail` or `teams`."),
    key(
        "url",
        WEBHOOK,
        "",
        "Where events are posted to. `https://`; `http://` for this machine only.",
    ),
    key(
        "url_file",
        &[Kind::Webhook, Kind::Teams],
        "",
        "File with the address, where knowing it is enough to post: always so with `teams`, whose \
         address is that of a workflow \"When a Teams webhook request is received\".",
    ),
    key(
        "secret_file",
        WEBHOOK,
        "",
        "File with the secret `whsec_…` that signs; several, a line each, while it is changed.",
    ),
    key("host", MAIL, "", "Name of the mail server."),
    key(
        "port",
        MAIL,
        "",
        "Without it 587 for `starttls`, 465 for `tls`, 25 for `none`.",
    ),
    key(
        "tls",
        MAIL,
        "starttls",
        "`starttls`, `tls` from the first byte, or `none`.",
    ),
    key(
        "user",
        MAIL,
        "",
        "Without it the server must know this machine.",
    ),
    key("password_file", MAIL, "", "File with the user's password."),
    key(
        "from",
        MAIL,
        "",
        "Sender, as an address or as `Name <address>`.",
    ),
    key("to", MAIL, "", "Recipients, separated by commas."),
    key(
        "to_parameter",
        MAIL,
        "",
        "Further recipients: the value of this name in a SharePoint parameter list.",
    ),
    key(
        "to_parameter_of",
        MAIL,
        "",
        "Key of the SharePoint profile with that list. Without it the only profile there is.",
    ),
    key(
        "least",
        ALL,
        "notice",
        "The mildest alert that is told: `notice`, `warning` or `critical`.",
    ),
    key(
        "language",
        ALL,
        "",
        "`de` or `en`. Without it that of the program. A webhook speaks both.",
    ),
    key(
        "ca_file",
        ALL,
        "",
        "PEM file of CA certificates to trust beside the usual ones.",
    ),
    key("timeout", ALL, "30s", "Bound for one sending."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_settings_that_it_cannot_do_without() {
        let check = |kind: Kind, count: usize| {
            let keys = CHANNEL_KEYS.iter().filter(|key| key.of.contains(&kind));
            assert_eq!(keys.count(), count, "{kind:?}");
            assert_eq!(Kind::from_word(kind.as_str()), Some(kind));
        };
        check(Kind::Webhook, 8);
        check(Kind::Mail, 14);
        check(Kind::Teams, 6);
        assert_eq!(Kind::from_word("fax"), None);
    }
}
