//! A mail server that keeps what it takes and is as strict, or as broken, as a real one may be.

mod session;
mod words;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use self::session::{Session, Stream};
use super::Inbox;
use crate::clock;
use crate::tls;

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Of the envelope, without brackets.
    pub from: String,
    pub to: Vec<String>,
    /// Header and body with CR and LF, dots unstuffed.
    pub data: String,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Who had signed in.
    pub user: Option<String>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpTls {
    #[default]
    Off,
    /// On request; the server takes neither password nor mail before.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// What a [`SmtpSink`] is like.
#[derive(Debug, Clone, Default)]
pub struct SmtpOptions {
    pub tls: SmtpTls,
    /// User and password without which no mail is taken.
    pub login: Option<(String, String)>,
}

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpMode {
    Accept,
    /// 550 to every recipient, for ever.
    RefuseRecipients,
    /// 451 to every recipient, for now.
    Temporary,
    /// 535 to every password.
    RefuseAuth,
    /// Closes the connection in the middle of a mail, which is lost.
    Close,
    /// Keeps the mail and closes the connection before it says so.
    LoseAnswer,
    /// Says nothing any more, to any command.
    Hang,
    /// Does not offer encryption, and takes all in the clear: somebody sits in between.
    NoStartTls,
}

/// A mail server on loopback. Ends when dropped.
#[derive(Debug)]
#[must_use]
pub struct SmtpSink {
    desk: Arc<Desk>,
    address: SocketAddr,
    ca_pem: Option<String>,
    _server: JoinSet<()>,
}

/// What all connections share.
struct Desk {
    options: SmtpOptions,
    acceptor: Option<TlsAcceptor>,
    mails: Inbox<Mail>,
    mode: watch::Sender<SmtpMode>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl SmtpSink {
    /// Accepts until told otherwise.
    ///
    /// # Errors
    /// If nothing can listen on loopback, or no certificate can be made.
    pub async fn start(options: SmtpOptions) -> anyhow::Result<SmtpSink> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let tls = match options.tls {
            SmtpTls::Off => None,
            SmtpTls::StartTls | SmtpTls::Implicit => Some(tls::generate(clock::now())?),
        };
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        let desk = Arc::new(Desk {
            options,
            acceptor,
            mails: Inbox::default(),
            mode: watch::Sender::new(SmtpMode::Accept),
        });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, desk.clone()));
        Ok(SmtpSink {
            desk,
            address,
            ca_pem,
            _server: server,
        })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that clients must trust, if the server can encrypt.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Behaves so from the next command on, on connections under way, too.
    pub fn set_mode(&self, mode: SmtpMode) {
        self.desk.mode.send_replace(mode);
    }

    /// All mails so far, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.desk.mails.read()
    }

    /// Waits until so many mails have come in all, and says them.
    pub async fn received(&self, count: usize) -> Vec<Mail> {
        self.desk.mails.filled(count).await
    }
}

async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    // Those who talk end with the server.
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(sessions.spawn(connection(Box::new(stream), desk.clone()))),
                Err(error) => tracing::warn!(%error, "no connection can be accepted"),
            },
        }
    }
}

async fn connection(stream: Box<dyn Stream>, desk: Arc<Desk>) {
    let secure = desk.options.tls == SmtpTls::Implicit;
    let stream = match &desk.acceptor {
        Some(acceptor) if secure => match acceptor.accept(stream).await {
            Ok(stream) => Box::new(stream),
            Err(error) => return tracing::debug!(%error, "a client does not agree on TLS"),
        },
        _ => stream,
    };
    if let Err(error) = Session::new(stream, desk, secure).run().await {
        tracing::debug!(%error, "a mail client has ended early");
    }
}

impl Desk {
    fn mode(&self) -> SmtpMode {
        *self.mode.borrow()
    }
}
