//! Every channel against the stand-ins that the demo shows too, over TLS as in earnest.

use microsoft_sim::Tls;
use microsoft_sim::sink::{SmtpMode, SmtpOptions, SmtpSink, SmtpTls, WebhookMode, WebhookSink};

use super::*;

fn webhook(sink: &WebhookSink, reach: Reach) -> Channel {
    let settings = WebhookSettings {
        url: Secret::new(sink.url()),
        // seal: allow webhook-secret: the published example of Standard Webhooks
        secrets: vec![Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        reach,
    };
    Channel::Webhook(Webhook::new(&settings).unwrap())
}

fn teams(sink: &WebhookSink, reach: Reach) -> Channel {
    let url = Secret::new(sink.url());
    Channel::Teams(Teams::new(&TeamsSettings { url, reach }).unwrap())
}

#[tokio::test]
async fn webhook_and_teams_tell_over_tls() {
    let sink = WebhookSink::start(Tls::Generated).await.unwrap();
    for channel in [
        webhook(&sink, reach(sink.ca_pem())),
        teams(&sink, reach(sink.ca_pem())),
    ] {
        assert_eq!(send(&channel).await, Ok(Taken::default()));
    }
    let hooks = sink.received(2).await;
    assert_eq!(hooks[0].headers["webhook-id"], exhausted().id.to_string());
    for (hook, kind) in hooks.iter().zip(["cloudevents+json", "application/json"]) {
        assert_eq!(
            (hook.method.as_str(), hook.path.as_str()),
            ("POST", "/hook")
        );
        assert!(hook.headers["content-type"].contains(kind), "{hook:?}");
        assert!(hook.headers["user-agent"].starts_with("licensetool/"));
    }
    let stranger = webhook(&sink, reach(None));
    fails(send(&stranger).await, "is not trusted: \"", "ca_file");
}

#[tokio::test]
async fn what_breaks_at_a_webhook_is_said_and_then_it_heals() {
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    let check = async |mode: WebhookMode, silent: bool, message: &str| {
        sink.set_mode(mode);
        let reach = if silent { impatient(None) } else { reach(None) };
        for channel in [webhook(&sink, reach.clone()), teams(&sink, reach.clone())] {
            fails(send(&channel).await, message, "tried again");
        }
    };
    check(WebhookMode::Hang, true, "no whole answer within 0.5 s").await;
    check(
        WebhookMode::Slow(Duration::from_secs(60)),
        true,
        "no whole answer within 0.5 s",
    )
    .await;
    check(WebhookMode::Reset, false, "broke").await;
    check(WebhookMode::status(503), false, "a fault of its own (503)").await;
    sink.set_mode(WebhookMode::status(202));
    assert_eq!(send(&teams(&sink, reach(None))).await, Ok(Taken::default()));
}

async fn server(tls: SmtpTls) -> SmtpSink {
    let login = Some(("user".to_owned(), "topsecret".to_owned()));
    SmtpSink::start(SmtpOptions { tls, login }).await.unwrap()
}

fn mail(sink: &SmtpSink, tls: MailTls, password: &str, reach: Reach) -> Channel {
    let settings = MailSettings {
        user: Some(("user".to_owned(), Secret::new(password))),
        reach,
        ..over_smtp::settings("127.0.0.1", sink.address().port(), tls)
    };
    Channel::Mail(Mail::new(&settings).unwrap())
}

#[tokio::test]
async fn mail_tells_over_both_kinds_of_tls() {
    for (theirs, ours) in [
        (SmtpTls::StartTls, MailTls::StartTls),
        (SmtpTls::Implicit, MailTls::Implicit),
    ] {
        let sink = server(theirs).await;
        let channel = mail(&sink, ours, "topsecret", reach(sink.ca_pem()));
        assert_eq!(send(&channel).await, Ok(Taken::default()));
        let mails = sink.received(1).await;
        assert!(mails[0].secure);
        assert_eq!(mails[0].user.as_deref(), Some("user"));
        assert_eq!(mails[0].from, "licences@company.example");
        assert_eq!(mails[0].to, ["support@company.example"]);
        assert!(mails[0].data.contains("Auto-Submitted: auto-generated\r\n"));
    }
}

#[tokio::test]
async fn what_breaks_at_a_mail_server_is_said_and_then_it_heals() {
    let sink = server(SmtpTls::StartTls).await;
    let of = |reach| mail(&sink, MailTls::StartTls, "topsecret", reach);
    let channel = of(reach(sink.ca_pem()));
    let check = async |mode, message: &str, advice: &str| {
        sink.set_mode(mode);
        fails(send(&channel).await, message, advice);
    };
    check(
        SmtpMode::RefuseRecipients,
        "refuses the recipient support@",
        "Correct",
    )
    .await;
    check(SmtpMode::Temporary, "for now (451)", "tried again").await;
    check(
        SmtpMode::RefuseAuth,
        "refuses user and password (535)",
        "app password",
    )
    .await;
    check(SmtpMode::Close, "broke", "tried again").await;
    sink.set_mode(SmtpMode::Hang);
    let silent = send(&of(impatient(sink.ca_pem()))).await;
    fails(silent, "no whole answer within 0.5 s", "told twice");
    check(SmtpMode::NoStartTls, "offers no STARTTLS", "tls = tls").await;
    assert_eq!(sink.mails().len(), 0);
    // Nobody can know that it was taken: it is told again, under the same id.
    check(SmtpMode::LoseAnswer, "broke", "tried again").await;
    sink.set_mode(SmtpMode::Accept);
    assert_eq!(send(&channel).await, Ok(Taken::default()));
    let mails = sink.received(2).await;
    assert_eq!(mails[0].data, mails[1].data);

    let wrong = mail(&sink, MailTls::StartTls, "wrong", reach(sink.ca_pem()));
    fails(
        send(&wrong).await,
        "refuses user and password (535)",
        "app password",
    );
    let stranger = mail(&sink, MailTls::StartTls, "topsecret", reach(None));
    fails(send(&stranger).await, "is not trusted: \"", "ca_file");
}
