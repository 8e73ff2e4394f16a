//! Delivering: what the operator reads when a channel fails, what happens next, and that one
//! channel's trouble is no other's.

use std::time::Duration;

use domain::Severity;
use jiff::SignedDuration;
use microsoft_sim::Tls;
use microsoft_sim::sink::{SmtpMode, SmtpOptions, SmtpSink, SmtpTls, WebhookMode, WebhookSink};
use pipeline::deliver::{Deliverer, Named};
use pipeline::tell::{
    Channel, Mail, MailSettings, MailTls, Reach, Secret, Teams, TeamsSettings, Webhook,
    WebhookSettings,
};
use serde_json::json;
use store::{DeliveryFilter, DeliveryState, KeptDelivery, Route};
use tokio_util::sync::CancellationToken;

use crate::fixture::until;
use crate::office::{ANNA, LIST, Office, office};

const A: &str = "school-00001";
/// A published example of Standard Webhooks.
// seal: allow webhook-secret: the published example of Standard Webhooks
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn reach(ca_pem: Option<&str>) -> Reach {
    Reach {
        extra_ca: ca_pem.map(|pem| pem.as_bytes().to_vec()),
        connect_timeout: Duration::from_secs(2),
        timeout: Duration::from_secs(2),
    }
}

pub(crate) fn webhook(url: &str, ca_pem: Option<&str>) -> Channel {
    let settings = WebhookSettings {
        url: Secret::new(url),
        secrets: vec![Secret::new(SECRET)],
        reach: reach(ca_pem),
    };
    Channel::Webhook(Webhook::new(&settings).unwrap())
}

fn teams(url: &str) -> Channel {
    let settings = TeamsSettings {
        url: Secret::new(url),
        reach: reach(None),
    };
    Channel::Teams(Teams::new(&settings).unwrap())
}

fn mail(sink: &SmtpSink, to: &[&str]) -> Channel {
    let settings = MailSettings {
        host: sink.address().ip().to_string(),
        port: sink.address().port(),
        tls: MailTls::StartTls,
        user: Some(("user".to_owned(), Secret::new("password"))),
        from: "licensetool <licences@company.example>".to_owned(),
        to: to.iter().map(|it| (*it).to_owned()).collect(),
        reach: reach(sink.ca_pem()),
    };
    Channel::Mail(Mail::new(&settings).unwrap())
}

async fn mail_server() -> SmtpSink {
    let options = SmtpOptions {
        tls: SmtpTls::StartTls,
        login: Some(("user".to_owned(), "password".to_owned())),
    };
    SmtpSink::start(options).await.unwrap()
}

/// An office with these channels, in which a school has run out.
async fn short_of_seats(channels: Vec<(&str, Channel)>) -> Office {
    let mut office = office(1).await;
    office.routes = channels
        .iter()
        .map(|(name, _)| Route {
            channel: (*name).to_owned(),
            least: Severity::Notice,
            only_seats: false,
        })
        .collect();
    office.channels = channels
        .into_iter()
        .map(|(name, channel)| Named {
            name: name.to_owned(),
            channel,
            recipients_from: None,
        })
        .collect();
    office.sees(A, &[("A3", 10, 10)]).await;
    office.evaluate().await;
    office
}

/// The newest first; those of the list are told elsewhere.
async fn deliveries(office: &Office) -> Vec<KeptDelivery> {
    let all = DeliveryFilter::default();
    let mut deliveries = office.store.deliveries(&all, None, 1000).await.unwrap();
    deliveries.retain(|it| it.channel != LIST);
    deliveries
}

/// A message that failed says so, waits a minute, and arrives when the trouble is over.
async fn check(office: &Office, error: &str, advice: &str) {
    office.deliver().await;
    let failed = deliveries(office).await.remove(0);
    let said = failed.error.clone().unwrap_or_default();
    assert!(said.contains(error), "{error:?} in {said:?}");
    let said = failed.advice.clone().unwrap_or_default();
    assert!(said.contains(advice), "{advice:?} in {said:?}");
    assert_eq!((failed.state, failed.attempts), (DeliveryState::Pending, 1));
    let minute = office.now() + SignedDuration::from_mins(1);
    assert_eq!(failed.next_at, Some(minute), "{error}");
}

async fn recovers(office: &Office) {
    office.pass(SignedDuration::from_mins(2));
    office.deliver().await;
    let delivered = deliveries(office).await.remove(0);
    assert_eq!(
        (delivered.state, delivered.attempts),
        (DeliveryState::Delivered, 2)
    );
    assert!(!delivered.held);
}

#[tokio::test]
async fn a_webhook_that_fails_says_why_and_is_tried_again() {
    let modes = [
        (WebhookMode::status(400), "400", "receiver's log"),
        (WebhookMode::status(401), "401", "secret"),
        (WebhookMode::status(404), "404", "url"),
        (WebhookMode::status(410), "410", "url"),
        (WebhookMode::status(500), "500", "tried again"),
        (WebhookMode::Hang, "no whole answer", "tried again"),
        (WebhookMode::Reset, "broke", "tried again"),
    ];
    for (mode, error, advice) in modes {
        let hook = WebhookSink::start(Tls::Off).await.unwrap();
        let office = short_of_seats(vec![("hook", webhook(hook.url(), None))]).await;
        hook.set_mode(mode);
        check(&office, error, advice).await;
        hook.set_mode(WebhookMode::status(204));
        recovers(&office).await;
        let ids: Vec<_> = hook
            .hooks()
            .iter()
            .map(|hook| hook.headers["webhook-id"].clone())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[tokio::test]
async fn a_webhook_that_cannot_be_reached_or_trusted_says_why() {
    let hook = WebhookSink::start(Tls::Generated).await.unwrap();
    let office = short_of_seats(vec![("hook", webhook(hook.url(), None))]).await;
    check(&office, "certificate", "ca_file").await;
    assert_eq!(hook.hooks(), [], "nothing is said to a stranger");

    let nobody = "http://127.0.0.1:9/hook";
    let office = short_of_seats(vec![("hook", webhook(nobody, None))]).await;
    check(&office, "refuses the connection", "").await;

    let trusted = webhook(hook.url(), hook.ca_pem());
    let office = short_of_seats(vec![("hook", trusted)]).await;
    office.deliver().await;
    assert_eq!(deliveries(&office).await[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn whoever_asks_to_be_left_alone_is() {
    let hook = WebhookSink::start(Tls::Off).await.unwrap();
    let office = short_of_seats(vec![("hook", webhook(hook.url(), None))]).await;
    hook.set_mode(WebhookMode::Status {
        status: 429,
        retry_after: Some("1800".to_owned()),
    });
    office.deliver().await;
    let half_an_hour = office.now() + SignedDuration::from_mins(30);
    assert_eq!(deliveries(&office).await[0].next_at, Some(half_an_hour));
}

#[tokio::test]
async fn a_teams_workflow_that_fails_says_why_and_is_tried_again() {
    let modes = [
        (WebhookMode::status(400), "400", ""),
        (WebhookMode::status(401), "401", "url"),
        (WebhookMode::status(404), "404", "workflow"),
        (WebhookMode::status(502), "502", "tried again"),
        (WebhookMode::Hang, "no whole answer", "tried again"),
    ];
    for (mode, error, advice) in modes {
        let workflow = WebhookSink::start(Tls::Off).await.unwrap();
        let office = short_of_seats(vec![("teams", teams(workflow.url()))]).await;
        workflow.set_mode(mode);
        check(&office, error, advice).await;
        workflow.set_mode(WebhookMode::status(202));
        recovers(&office).await;
    }
}

#[tokio::test]
async fn a_mail_server_that_fails_says_why_and_is_tried_again() {
    let modes = [
        (SmtpMode::RefuseRecipients, "550", ""),
        (SmtpMode::Temporary, "451", "tried again"),
        (SmtpMode::RefuseAuth, "535", "password"),
        (SmtpMode::Close, "", "tried again"),
        (SmtpMode::Hang, "", "tried again"),
        (SmtpMode::NoStartTls, "STARTTLS", "tls"),
    ];
    for (mode, error, advice) in modes {
        let server = mail_server().await;
        let office = short_of_seats(vec![("mail", mail(&server, &["a@x.example"]))]).await;
        server.set_mode(mode);
        check(&office, error, advice).await;
        assert_eq!(server.mails().len(), 0);
        server.set_mode(SmtpMode::Accept);
        recovers(&office).await;
        let mails = server.mails();
        assert!(mails.iter().all(|mail| mail.secure), "{mails:?}");
    }
}

#[tokio::test]
async fn a_run_of_alerts_is_one_mail() {
    let server = mail_server().await;
    let mut office = short_of_seats(vec![("mail", mail(&server, &["boss@x.example"]))]).await;
    let parameter = json!({"Parameter": "Mail", "Parameterwert": "a@x.example; b@x.example"});
    office.sim.put_row(&office.site.parameters, parameter);
    office.channels[0].recipients_from = Some((LIST.to_owned(), "Mail".to_owned()));
    let parts: Vec<String> = (0..30).map(|number| format!("SKU_{number}")).collect();
    let seats: Vec<_> = parts.iter().map(|part| (part.as_str(), 5, 5)).collect();
    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &seats).await;
    office.evaluate().await;
    office.deliver().await;
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    let all = ["boss@x.example", "a@x.example", "b@x.example"];
    assert_eq!(mails[0].to, all);
    let delivered = deliveries(&office).await;
    assert_eq!(delivered.len(), 32);
    assert!(
        delivered
            .iter()
            .all(|it| it.state == DeliveryState::Delivered)
    );
}

#[tokio::test]
async fn what_fails_too_often_is_dead_and_visible_and_can_live_again() {
    let hook = WebhookSink::start(Tls::Off).await.unwrap();
    let office = short_of_seats(vec![("hook", webhook(hook.url(), None))]).await;
    hook.set_mode(WebhookMode::status(500));
    for _ in 0..20 {
        office.deliver().await;
        office.pass(SignedDuration::from_hours(1));
    }
    let dead = deliveries(&office).await.remove(0);
    assert_eq!((dead.state, dead.attempts), (DeliveryState::Dead, 20));
    assert_eq!(office.store.queues().await.unwrap()[0].dead, 1);
    office.deliver().await;
    assert_eq!(hook.hooks().len(), 20, "it rests");

    hook.set_mode(WebhookMode::status(200));
    let now = office.now();
    assert!(
        office
            .store
            .revive(dead.message, "hook", ANNA, now)
            .await
            .unwrap()
    );
    office.deliver().await;
    assert_eq!(deliveries(&office).await[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_channel_that_is_down_delays_no_other() {
    let (down, up) = (WebhookSink::start(Tls::Off), WebhookSink::start(Tls::Off));
    let (down, up) = (down.await.unwrap(), up.await.unwrap());
    down.set_mode(WebhookMode::Hang);
    let channels = vec![
        ("down", webhook(down.url(), None)),
        ("up", webhook(up.url(), None)),
    ];
    let office = short_of_seats(channels).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(running(&office).run(stop.clone()));
    up.received(1).await;
    // The message of the other one is still on its way.
    for round in 1..4 {
        office.pass(SignedDuration::from_mins(15));
        office.sees(A, &[("A3", 10, 10 + 3 * (round % 2))]).await;
        office.evaluate().await;
    }
    until("the healthy channel has told all", async || {
        let told = deliveries(&office).await;
        let mut told = told.iter().filter(|it| it.channel == "up");
        told.all(|it| it.state == DeliveryState::Delivered)
    })
    .await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_gives_back_what_is_on_its_way() {
    let hook = WebhookSink::start(Tls::Off).await.unwrap();
    let office = short_of_seats(vec![("hook", webhook(hook.url(), None))]).await;
    hook.set_mode(WebhookMode::Hang);
    let stop = CancellationToken::new();
    let running = tokio::spawn(running(&office).run(stop.clone()));
    hook.received(1).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    hook.set_mode(WebhookMode::status(200));
    office.deliver().await;
    let told = deliveries(&office).await.remove(0);
    assert_eq!(told.state, DeliveryState::Delivered, "{told:?}");
}

/// The loop without SharePoint.
fn running(office: &Office) -> Deliverer {
    let (channels, settings) = (office.channels.clone(), office.deliver_settings());
    Deliverer::new(
        office.store.clone(),
        channels,
        Vec::new(),
        settings,
        office.clock(),
    )
}
