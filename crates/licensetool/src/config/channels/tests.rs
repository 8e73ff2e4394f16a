//! Which texts give which channel, and which sentence.

use super::*;
use crate::config::{Config, Sources, read};

fn sources(file: &str, environment: &[(&str, &str)]) -> Sources {
    let environment = environment.iter();
    let environment = environment.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Sources {
        file: Some(file.to_owned()),
        environment: environment.collect(),
        ..Sources::default()
    }
}

fn config(file: &str, environment: &[(&str, &str)]) -> Config {
    read(Path::new("/h"), &sources(file, environment))
        .unwrap()
        .0
}

#[track_caller]
fn check(file: &str, environment: &[(&str, &str)], expected: &[&str]) {
    let problems = read(Path::new("/h"), &sources(file, environment));
    assert_eq!(problems.map(drop).unwrap_err(), expected);
}

#[test]
fn every_kind_is_read_with_its_defaults() {
    let config = config(
        "[channel.hook]\nkind = \"webhook\"\nurl = \"https://hook.example/x\"\n\
         secret_file = \"secrets/hook\"\n\
         [channel.desk]\nkind = \"mail\"\nhost = \"mail.example\"\nfrom = \"a@b.example\"\n\
         to = \"c@b.example, d@b.example\"\nleast = \"warning\"\ntimeout = \"5s\"\n\
         [channel.chat]\nkind = \"teams\"\nurl_file = \"/run/secrets/chat\"\nlanguage = \"en\"\n",
        &[],
    );
    let [chat, desk, hook] = config.channels.as_slice() else {
        panic!("{:?}", config.channels);
    };
    assert_eq!(
        (chat.name.as_str(), chat.language),
        ("chat", Some(Language::English))
    );
    let url_file = PathBuf::from("/run/secrets/chat");
    assert_eq!(chat.way, Way::Teams { url_file });
    assert_eq!(
        (desk.least, desk.timeout),
        (Severity::Warning, Duration::from_secs(5))
    );
    let Way::Mail(mail) = &desk.way else {
        panic!("{desk:?}");
    };
    assert_eq!((mail.port, mail.tls), (587, MailTls::StartTls));
    assert_eq!(mail.to, ["c@b.example", "d@b.example"]);
    assert_eq!((&mail.user, &mail.to_parameter), (&None, &None));
    assert_eq!(
        (hook.least, hook.timeout),
        (Severity::Notice, Duration::from_secs(30))
    );
    let Way::Webhook { secret_file, .. } = &hook.way else {
        panic!("{hook:?}");
    };
    assert_eq!(*secret_file, PathBuf::from("/h/secrets/hook"));
}

#[test]
fn the_port_is_that_of_the_encryption_unless_it_is_set() {
    let port = |lines: &str| {
        let mail = "[channel.a]\nkind = \"mail\"\nhost = \"h\"\nfrom = \"f\"\nto = \"t\"\n";
        match config(&format!("{mail}{lines}"), &[])
            .channels
            .remove(0)
            .way
        {
            Way::Mail(mail) => mail.port,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(port("tls = \"tls\""), 465);
    assert_eq!(port("tls = \"none\""), 25);
    assert_eq!(port("port = 2525"), 2525);
}

#[test]
fn a_channel_of_variables_alone_is_one() {
    let variables = [
        ("LICENSETOOL_CHANNEL__ON_CALL__KIND", "mail"),
        ("LICENSETOOL_CHANNEL__ON_CALL__HOST", "mail.example"),
        ("LICENSETOOL_CHANNEL__ON_CALL__PORT", "2525"),
        ("LICENSETOOL_CHANNEL__ON_CALL__FROM", "a@b.example"),
        ("LICENSETOOL_CHANNEL__ON_CALL__TO_PARAMETER", "Mail"),
        ("LICENSETOOL_CHANNEL__ON_CALL__TO_PARAMETER_OF", "company"),
    ];
    let config = config("[channel.on-call]\nhost = \"other.example\"", &variables);
    assert_eq!(config.channels[0].name, "on-call");
    let Way::Mail(mail) = &config.channels[0].way else {
        panic!("{config:?}");
    };
    assert_eq!((mail.host.as_str(), mail.port), ("mail.example", 2525));
    let parameter = Parameter {
        name: "Mail".to_owned(),
        of: Some("company".to_owned()),
    };
    assert_eq!(mail.to_parameter, Some(parameter));
}

#[test]
fn all_problems_of_all_channels_are_said_with_their_places() {
    check(
        "[channel.a]\nkind = \"fax\"\n\
         [channel.b]\nkind = \"webhook\"\nurl = \"hush\"\nhots = \"x\"\n\
         [channel.c]\nkind = \"mail\"\nuser = \"u\"\npassword = \"p\"\ntls = \"ssl\"\n\
         url = \"https://x.example\"\n\
         [channel.d]\n\
         [channel.sharepoint-x]\nkind = \"mail\"\n\
         [channel.E_1]\nkind = \"mail\"\n",
        &[
            ("LICENSETOOL_CHANNEL__B__TIMEOUT", "soon"),
            ("LICENSETOOL_CHANNEL__B__SECRET", "whsec_x"),
        ],
        &[
            "licensetool.toml: the channel \"E_1\" must have a name of 1 to 40 small letters, \
             digits and -",
            "licensetool.toml: there is no setting channel.b.hots; did you mean channel.b.host?",
            "licensetool.toml: channel.c.password would be a secret in plain sight: write it into \
             a file, and the file's name into password_file",
            "licensetool.toml: the channel sharepoint-x must have another name: those that begin \
             with sharepoint- belong to SharePoint profiles",
            "environment: channel.b.secret would be a secret in plain sight: write it into a file, \
             and the file's name into secret_file (LICENSETOOL_CHANNEL__B__SECRET)",
            "licensetool.toml: channel.a.kind = \"fax\" must be webhook, mail or teams",
            "licensetool.toml: channel.b.url is no web address: relative URL without a base",
            "channel.b.secret_file is missing: a webhook that is not signed could come from \
             anybody; `echo \"whsec_$(openssl rand -base64 32)\"` makes a secret for the file",
            "LICENSETOOL_CHANNEL__B__TIMEOUT = \"soon\" must be a time such as 30s, 15m or 1h 30m",
            "licensetool.toml: channel.c.url has no meaning for a channel of kind mail: only \
             webhook has it",
            "channel.c.host is missing: name the mail server",
            "licensetool.toml: channel.c.tls = \"ssl\" must be starttls, tls or none",
            "channel.c.password_file is missing: write the password into a file, and the file's \
             name here",
            "channel.c.from is missing: write the sender's mail address",
            "channel.c.to is missing: write at least one mail address",
            "channel.d.kind is missing: write webhook, mail or teams",
        ],
    );
}

#[test]
fn one_address_is_enough() {
    let webhook = "[channel.a]\nkind = \"webhook\"\nsecret_file = \"s\"\n";
    let missing = "channel.a.url is missing: write it, or the name of a file into url_file";
    check(webhook, &[], &[missing]);
    let both = format!("{webhook}url = \"https://x.example\"\nurl_file = \"u\"\n");
    let said = "licensetool.toml: channel.a.url and url_file are both set: leave one of them";
    check(&both, &[], &[said]);
    let mail = "[channel.a]\nkind = \"mail\"\nhost = \"h\"\nfrom = \"f\"\nto = \"t\"\n";
    let user = "channel.a.user is missing: say whose password it is";
    check(&format!("{mail}password_file = \"p\""), &[], &[user]);
    let parameter = "channel.a.to_parameter is missing: name the value in the list";
    check(
        &format!("{mail}to_parameter_of = \"company\""),
        &[],
        &[parameter],
    );
}
