//! The mail server: what it takes, what it is strict about, and how it breaks.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use microsoft_sim::sink::{Mail, SmtpMode, SmtpOptions, SmtpSink, SmtpTls};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A mail client that says what it is told to.
struct Client(BufReader<Box<dyn Stream>>);

impl Client {
    async fn connect(sink: &SmtpSink) -> Client {
        let stream = TcpStream::connect(sink.address()).await.unwrap();
        Client(BufReader::new(Box::new(stream)))
    }

    async fn encrypted(self, sink: &SmtpSink) -> Client {
        let ca = CertificateDer::from_pem_slice(sink.ca_pem().unwrap().as_bytes()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(ca).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, self.0.into_inner()).await.unwrap();
        Client(BufReader::new(Box::new(stream)))
    }

    /// The whole answer; empty when the server is gone.
    async fn hear(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.unwrap_or(0) == 0 {
                return answer;
            }
            answer.push_str(&line);
            if line.as_bytes().get(3) == Some(&b' ') {
                return answer;
            }
        }
    }

    async fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
        self.0.get_mut().flush().await.unwrap();
    }

    async fn say(&mut self, line: &str) -> String {
        self.write(&format!("{line}\r\n")).await;
        self.hear().await
    }

    /// Says each line, and holds the beginning of each answer against what is expected.
    async fn talk(&mut self, lines: &[(&str, &str)]) {
        for (line, expected) in lines {
            let answer = self.say(line).await;
            assert!(answer.starts_with(expected), "{line}: {answer:?}");
        }
    }
}

const MAIL: [(&str, &str); 4] = [
    ("MAIL FROM:<tool@company.example>", "250"),
    ("RCPT TO:<support@company.example>", "250"),
    ("DATA", "354"),
    ("Subject: x\r\n\r\n..dot\r\n.", "250"),
];

async fn greeted(sink: &SmtpSink) -> Client {
    let mut client = Client::connect(sink).await;
    assert!(client.hear().await.starts_with("220 "));
    client.talk(&[("EHLO test", "250")]).await;
    client
}

async fn sink(tls: SmtpTls, login: bool) -> SmtpSink {
    let login = login.then(|| ("tool".to_owned(), "sesame".to_owned()));
    SmtpSink::start(SmtpOptions { tls, login }).await.unwrap()
}

fn plain(password: &str) -> String {
    format!(
        "AUTH PLAIN {}",
        STANDARD.encode(format!("\0tool\0{password}"))
    )
}

#[tokio::test]
async fn a_mail_is_kept_as_it_was_meant() {
    let sink = sink(SmtpTls::Off, false).await;
    let mut client = greeted(&sink).await;
    client.talk(&MAIL).await;
    client.talk(&[("QUIT", "221")]).await;
    let expected = Mail {
        from: "tool@company.example".to_owned(),
        to: vec!["support@company.example".to_owned()],
        data: "Subject: x\r\n\r\n.dot\r\n".to_owned(),
        secure: false,
        user: None,
    };
    assert_eq!(sink.received(1).await, [expected]);
}

#[tokio::test]
async fn a_connection_carries_several_mails() {
    let sink = sink(SmtpTls::Off, false).await;
    let mut client = greeted(&sink).await;
    client.talk(&MAIL).await;
    client.talk(&MAIL[..2]).await;
    client.talk(&[("RSET", "250"), ("NOOP", "250")]).await;
    client.talk(&MAIL).await;
    let mails = sink.received(2).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].to.len(), 1, "{mails:?}");
}

#[tokio::test]
async fn encryption_comes_before_password_and_mail() {
    let sink = sink(SmtpTls::StartTls, true).await;
    let mut client = Client::connect(&sink).await;
    client.hear().await;
    let offered = client.say("EHLO test").await;
    assert!(offered.contains("250-STARTTLS") || offered.contains("250 STARTTLS"));
    assert!(!offered.contains("AUTH"), "{offered}");
    client
        .talk(&[(&plain("sesame"), "538"), (MAIL[0].0, "530")])
        .await;
    client.talk(&[("STARTTLS", "220")]).await;
    let mut client = client.encrypted(&sink).await;
    client.talk(&[(MAIL[0].0, "503")]).await;
    let offered = client.say("EHLO test").await;
    assert!(offered.contains("AUTH PLAIN LOGIN") && !offered.contains("STARTTLS"));
    client
        .talk(&[(MAIL[0].0, "530"), (&plain("sesame"), "235")])
        .await;
    client.talk(&MAIL).await;
    let mail = sink.mails().remove(0);
    assert_eq!((mail.secure, mail.user.as_deref()), (true, Some("tool")));
}

#[tokio::test]
async fn encryption_may_begin_with_the_first_byte() {
    let sink = sink(SmtpTls::Implicit, false).await;
    let mut client = Client::connect(&sink).await.encrypted(&sink).await;
    assert!(client.hear().await.starts_with("220 "));
    client.talk(&[("EHLO test", "250")]).await;
    client.talk(&MAIL).await;
    assert!(sink.mails()[0].secure);
}

#[tokio::test]
async fn a_password_is_right_or_wrong_in_every_way_to_say_it() {
    let sink = sink(SmtpTls::Off, true).await;
    let mut client = greeted(&sink).await;
    let encoded = |text: &str| STANDARD.encode(text);
    let (user, password) = (encoded("tool"), encoded("sesame"));
    client
        .talk(&[(&plain("open"), "535"), (&plain("sesame"), "235")])
        .await;
    client
        .talk(&[("AUTH LOGIN", "334"), (&user, "334"), (&password, "235")])
        .await;
    client
        .talk(&[(&format!("AUTH LOGIN {user}"), "334"), (&user, "535")])
        .await;
    let both = encoded("\0tool\0sesame");
    client.talk(&[("AUTH PLAIN", "334"), (&both, "235")]).await;
    client
        .talk(&[("AUTH CRAM-MD5", "504"), ("AUTH PLAIN *", "535")])
        .await;
    sink.set_mode(SmtpMode::RefuseAuth);
    client.talk(&[(&plain("sesame"), "535")]).await;
}

#[tokio::test]
async fn a_client_that_does_not_keep_to_the_order_is_told_so() {
    let sink = sink(SmtpTls::Off, false).await;
    let mut client = Client::connect(&sink).await;
    client.hear().await;
    client
        .talk(&[(MAIL[0].0, "503"), ("HELO test", "250"), ("DATA", "503")])
        .await;
    client
        .talk(&[
            (MAIL[1].0, "503"),
            ("MAIL FROM:tool", "501"),
            ("VRFY x", "502"),
        ])
        .await;
    client
        .talk(&[
            (MAIL[0].0, "250"),
            (MAIL[0].0, "503"),
            ("RCPT TO:<x>", "501"),
        ])
        .await;
    client
        .talk(&[("DATA", "503"), (MAIL[1].0, "250"), ("DATA", "354")])
        .await;
    client.write("Subject: x\n\n.\r\n").await;
    assert!(
        client.hear().await.starts_with("550"),
        "lines end with CR and LF"
    );
    assert!(sink.mails().is_empty());
    client.talk(&MAIL[..3]).await;
    client
        .write(&format!("{}\r\n.\r\n", "x".repeat(1_500)))
        .await;
    assert!(
        client.hear().await.starts_with("550"),
        "no line is longer than 998"
    );
}

#[tokio::test]
async fn recipients_are_refused_for_now_or_for_ever_while_the_server_runs() {
    let sink = sink(SmtpTls::Off, false).await;
    let mut client = greeted(&sink).await;
    client.talk(&MAIL[..1]).await;
    sink.set_mode(SmtpMode::Temporary);
    client.talk(&[(MAIL[1].0, "451")]).await;
    sink.set_mode(SmtpMode::RefuseRecipients);
    client.talk(&[(MAIL[1].0, "550"), ("DATA", "503")]).await;
    sink.set_mode(SmtpMode::Accept);
    client.talk(&MAIL[1..]).await;
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn a_connection_ends_in_the_middle_of_a_mail_or_after_it() {
    for (mode, kept) in [(SmtpMode::Close, 0), (SmtpMode::LoseAnswer, 1)] {
        let sink = sink(SmtpTls::Off, false).await;
        sink.set_mode(mode);
        let mut client = greeted(&sink).await;
        client.talk(&MAIL[..3]).await;
        assert_eq!(client.say(MAIL[3].0).await, "", "{mode:?}");
        assert_eq!(sink.mails().len(), kept, "{mode:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_says_nothing_until_it_ends() {
    let sink = sink(SmtpTls::Off, false).await;
    let mut client = greeted(&sink).await;
    sink.set_mode(SmtpMode::Hang);
    client.write("NOOP\r\n").await;
    let mut other = Client::connect(&sink).await;
    assert!(
        other.hear().await.starts_with("220 "),
        "others are still greeted"
    );
    drop(sink);
    assert_eq!(client.hear().await, "");
}

#[tokio::test]
async fn somebody_in_between_takes_everything_in_the_clear() {
    let sink = sink(SmtpTls::StartTls, true).await;
    sink.set_mode(SmtpMode::NoStartTls);
    let mut client = Client::connect(&sink).await;
    client.hear().await;
    let offered = client.say("EHLO test").await;
    assert!(
        offered.contains("AUTH") && !offered.contains("STARTTLS"),
        "{offered}"
    );
    client
        .talk(&[("STARTTLS", "502"), (&plain("sesame"), "235")])
        .await;
    client.talk(&MAIL).await;
    assert!(!sink.mails()[0].secure);
}
