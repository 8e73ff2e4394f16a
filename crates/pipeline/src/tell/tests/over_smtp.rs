//! Mail: what is said to the server, and what each way to fail says.

use super::smtp::{Script, Server};
use super::stub::{Identity, identity, nobody};
use super::*;

pub(super) fn settings(host: &str, port: u16, tls: MailTls) -> MailSettings {
    MailSettings {
        host: host.to_owned(),
        port,
        tls,
        user: None,
        from: "licensetool <licences@company.example>".to_owned(),
        to: vec!["support@company.example".to_owned()],
        reach: reach(None),
    }
}

fn channel(settings: &MailSettings) -> Channel {
    Channel::Mail(Mail::new(settings).unwrap())
}

fn plain(server: &Server) -> MailSettings {
    settings("127.0.0.1", server.port, MailTls::None)
}

fn answering(answers: &[(&'static str, &'static str)]) -> Script {
    Script {
        answers: answers.to_vec(),
        ..Script::default()
    }
}

fn with_user(settings: MailSettings) -> MailSettings {
    MailSettings {
        user: Some(("user".to_owned(), Secret::new("topsecret"))),
        ..settings
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_over_starttls() {
    let ours = identity("127.0.0.1");
    let script = Script {
        auth: "PLAIN LOGIN",
        ..Script::default()
    };
    let server = Server::start(script, MailTls::StartTls, Some(&ours)).await;
    let settings = MailSettings {
        reach: reach(Some(&ours.ca_pem)),
        ..with_user(settings("127.0.0.1", server.port, MailTls::StartTls))
    };
    assert_eq!(send(&channel(&settings)).await, Ok(Taken::default()));
    let said = server.said();
    assert_eq!(
        said[..4],
        [
            "EHLO company.example",
            "STARTTLS",
            "[TLS]",
            "EHLO company.example"
        ]
    );
    assert_eq!(said[4], "AUTH PLAIN AHVzZXIAdG9wc2VjcmV0");
    assert_eq!(
        said[5..8],
        [
            "MAIL FROM:<licences@company.example>",
            "RCPT TO:<support@company.example>",
            "DATA"
        ]
    );
    let mail = server.mail();
    for line in [
        "From: licensetool <licences@company.example>\r\n",
        "To: support@company.example\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Date: Mon, 23 Nov 2026 13:05:00 +0000\r\n",
        "Content-Language: de\r\n",
    ] {
        assert!(mail.contains(line), "{line} {mail}");
    }
}

#[tokio::test]
async fn implicit_tls_and_the_login_way_are_spoken_too() {
    let ours = identity("127.0.0.1");
    let script = Script {
        auth: "XOAUTH2 LOGIN",
        ..Script::default()
    };
    let server = Server::start(script, MailTls::Implicit, Some(&ours)).await;
    let settings = MailSettings {
        reach: reach(Some(&ours.ca_pem)),
        ..with_user(settings("127.0.0.1", server.port, MailTls::Implicit))
    };
    assert_eq!(send(&channel(&settings)).await, Ok(Taken::default()));
    assert_eq!(
        server.said()[1..4],
        ["AUTH LOGIN", "dXNlcg==", "dG9wc2VjcmV0"]
    );
}

#[tokio::test]
async fn the_same_messages_make_the_same_mail() {
    let server = Server::start(Script::default(), MailTls::None, None).await;
    let channel = channel(&plain(&server));
    send(&channel).await.unwrap();
    send(&channel).await.unwrap();
    let said = server.said();
    let mails: Vec<_> = said
        .iter()
        .filter(|line| line.contains("Message-ID"))
        .collect();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
}

#[tokio::test]
async fn a_sample_says_where_to_look() {
    let server = Server::start(Script::default(), MailTls::None, None).await;
    let told = channel(&plain(&server))
        .test(&voice(Language::English), now())
        .await;
    let told = told.unwrap();
    assert!(
        told.contains("took a sample mail for support@company.example"),
        "{told}"
    );
    assert!(told.contains("junk"), "{told}");
    assert!(
        server.mail().contains("Subject: TEST: Sample School: "),
        "{}",
        server.mail()
    );
}

/// A server with one answer that is not the usual.
async fn check(line: &'static str, answer: &'static str, message: &str, advice: &str) {
    let script = Script {
        auth: "PLAIN",
        ..answering(&[(line, answer)])
    };
    let server = Server::start(script, MailTls::None, None).await;
    let channel = channel(&with_user(plain(&server)));
    let failure = fails(send(&channel).await, message, advice);
    assert!(!format!("{failure:?}").contains("topsecret"));
}

#[tokio::test]
async fn a_server_that_does_not_want_us_says_so() {
    let away = "does not want to speak with us (554): \"go away\"";
    check("", "554 go away", away, "may send").await;
    let other = "does not speak SMTP as expected: \"SSH-2.0-x\"";
    check("", "SSH-2.0-x", other, "port").await;
    check("EHLO", "421 busy", "for now (421): \"busy\"", "tried again").await;
    let password = "refuses user and password (535): \"5.7.8 no […]\"";
    check("AUTH", "535 5.7.8 no topsecret", password, "app password").await;
}

#[tokio::test]
async fn a_mail_that_is_not_taken_says_why() {
    let sender = "refuses the sender licences@company.example (550)";
    check("MAIL", "550 not you", sender, "from").await;
    let unknown = "refuses the recipient support@company.example (550): \"5.1.1 unknown\"";
    check("RCPT", "550 5.1.1 unknown", unknown, "Correct").await;
    let grey = "for now (451): \"4.7.1 grey listed\"";
    check("RCPT", "451-4.7.1 grey\r\n451 listed", grey, "tried again").await;
    check("RCPT", "421 closing", "for now (421)", "tried again").await;
    check("DATA", "554 no", "refuses the mail (554)", "filter").await;
    check(
        ".",
        "552 too large",
        "refuses the mail (552): \"too large\"",
        "limit",
    )
    .await;
    check(
        ".",
        "451 later",
        "refuses the mail for now (451)",
        "tried again",
    )
    .await;
    check("MAIL", "end", "broke: \"it hung up\"", "tried again").await;
    check(".", "end", "broke: \"it hung up\"", "tried again").await;
}

#[tokio::test]
async fn what_a_server_lacks_is_said() {
    let no_tls = Script {
        no_start_tls: true,
        ..Script::default()
    };
    let server = Server::start(no_tls, MailTls::StartTls, None).await;
    let encrypted = settings("127.0.0.1", server.port, MailTls::StartTls);
    fails(
        send(&channel(&encrypted)).await,
        "offers no STARTTLS",
        "tls = tls",
    );
    assert_eq!(
        server.said(),
        ["EHLO company.example"],
        "nothing was sent in the clear"
    );

    let refusing = answering(&[("STARTTLS", "454 no certificate")]);
    let server = Server::start(refusing, MailTls::StartTls, None).await;
    let encrypted = settings("127.0.0.1", server.port, MailTls::StartTls);
    fails(
        send(&channel(&encrypted)).await,
        "does not begin TLS for now (454)",
        "tried again",
    );

    let modern = Script {
        auth: "XOAUTH2",
        ..Script::default()
    };
    let server = Server::start(modern, MailTls::None, None).await;
    let known = with_user(plain(&server));
    fails(
        send(&channel(&known)).await,
        "with user and password: \"XOAUTH2\"",
        "PLAIN",
    );

    let server = Server::start(Script::default(), MailTls::None, None).await;
    let early = answering(&[("STARTTLS", "220 go\r\n250 injected")]);
    let injecting = Server::start(early, MailTls::StartTls, None).await;
    let encrypted = settings("127.0.0.1", injecting.port, MailTls::StartTls);
    fails(
        send(&channel(&encrypted)).await,
        "spoke before TLS stood",
        "port",
    );
    drop(server);
}

#[tokio::test]
async fn who_does_not_listen_answer_or_know_is_told_apart() {
    let dead = settings("127.0.0.1", nobody().await, MailTls::None);
    fails(
        send(&channel(&dead)).await,
        "refuses the connection",
        "host and port",
    );
    for line in ["", "MAIL", "."] {
        let server = Server::start(answering(&[(line, "hang")]), MailTls::None, None).await;
        let slow = MailSettings {
            reach: impatient(None),
            ..plain(&server)
        };
        fails(
            send(&channel(&slow)).await,
            "no whole answer within 0.5 s",
            "told twice",
        );
    }
    let plain_server = Server::start(Script::default(), MailTls::None, None).await;
    let wrong = settings("127.0.0.1", plain_server.port, MailTls::Implicit);
    fails(send(&channel(&wrong)).await, "no TLS came about", "port");
}

#[tokio::test]
async fn a_stranger_is_not_trusted() {
    let ours: Identity = identity("127.0.0.1");
    for tls in [MailTls::StartTls, MailTls::Implicit] {
        let server = Server::start(Script::default(), tls, Some(&ours)).await;
        let stranger = settings("127.0.0.1", server.port, tls);
        fails(
            send(&channel(&stranger)).await,
            "is not trusted: \"",
            "ca_file",
        );
        assert!(server.said().iter().all(|line| !line.contains("MAIL")));
    }
}

#[tokio::test]
async fn one_bad_recipient_keeps_no_other_from_the_mail() {
    let script = answering(&[
        ("RCPT TO:<gone@", "550 unknown"),
        ("RCPT TO:<full@", "452 full"),
    ]);
    let server = Server::start(script, MailTls::None, None).await;
    let to = [
        "gone@x.example",
        "Support <support@x.example>",
        "full@x.example",
        "nonsense",
        "",
    ];
    let to = to.map(str::to_owned);
    let mail = Mail::new(&plain(&server)).unwrap().with_recipients(&to);
    let remark = send(&Channel::Mail(mail)).await.unwrap().remark.unwrap();
    for part in [
        "refuses the recipient gone@x.example (550): \"unknown\"; ",
        "refuses the recipient full@x.example for now (452): \"full\"; ",
        "the recipient \"nonsense\" is no mail address",
    ] {
        assert!(remark.contains(part), "{remark}");
    }
    assert!(server.mail().contains("Support <support@x.example>"));

    let alone = MailSettings {
        to: Vec::new(),
        ..plain(&server)
    };
    let nobody = Mail::new(&alone).unwrap().with_recipients(&to[3..]);
    fails(
        send(&Channel::Mail(nobody)).await,
        "the recipient \"nonsense\" is no mail address",
        "parameter list",
    );
    let nobody = Mail::new(&alone).unwrap().with_recipients(&[]);
    fails(send(&Channel::Mail(nobody)).await, "no recipient", "in to");
}

#[test]
fn settings_that_cannot_be_used_are_refused_with_the_way_out() {
    let good = || settings("mail.company.example", 587, MailTls::StartTls);
    assert!(Mail::new(&good()).is_ok());
    let check = |settings: MailSettings, expected: &str| {
        let error = format!("{:#}", Mail::new(&settings).unwrap_err());
        assert!(error.contains(expected), "{error}");
    };
    let host = |host: &str| MailSettings {
        host: host.to_owned(),
        ..good()
    };
    check(host("not a host"), "host is no name of a server");
    check(host(""), "host is no name of a server");
    check(
        settings("x.example", 0, MailTls::StartTls),
        "port is missing",
    );
    let nobody = MailSettings {
        from: "nobody".to_owned(),
        ..good()
    };
    check(nobody, "from is no mail address: \"nobody\"");
    let clear = with_user(settings("mail.company.example", 25, MailTls::None));
    check(clear, "in the clear");
    assert!(Mail::new(&with_user(settings("127.0.0.1", 25, MailTls::None))).is_ok());
    let debug = format!("{:?}", Mail::new(&with_user(good())).unwrap());
    assert!(!debug.contains("topsecret"), "{debug}");
}
