//! The way to a mail server: its name, the connection, TLS.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;
use lettre::message::Mailbox;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::dialogue::Dialogue;
use super::refusal::Trouble;
use super::{MailSettings, MailTls};
use crate::tell::broken::Broken;
use crate::tell::{Failure, Reach, Secret};

/// A mail server, and how it is reached.
#[derive(Clone)]
pub(super) struct Server {
    host: String,
    port: u16,
    tls: MailTls,
    tls_name: ServerName<'static>,
    connector: TlsConnector,
    user: Option<(String, Secret)>,
    /// What we call ourselves: the sender's domain, which any server can look up.
    hello: String,
    reach: Reach,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl Server {
    pub(super) fn new(settings: &MailSettings, from: &Mailbox) -> anyhow::Result<Self> {
        ensure!(settings.port != 0, "port is missing");
        let host = settings.host.trim().trim_matches(['[', ']']).to_owned();
        let tls_name = ServerName::try_from(host.clone())
            .with_context(|| format!("host is no name of a server: \"{host}\""))?;
        let mut tls = settings.reach.trust()?;
        // HTTP is not spoken here.
        tls.alpn_protocols.clear();
        Ok(Self {
            host,
            port: settings.port,
            tls: settings.tls,
            tls_name,
            connector: TlsConnector::from(Arc::new(tls)),
            user: settings.user.clone(),
            hello: from.email.domain().to_owned(),
            reach: settings.reach.clone(),
        })
    }

    /// Host and port.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Hands over a mail. Answers in sentences who was refused while others were not.
    pub(super) async fn send(
        &self,
        from: &Address,
        to: &[&Address],
        mail: &[u8],
    ) -> Result<Vec<String>, Failure> {
        // Boxed, because a TLS connection with its buffers is large.
        let all = Box::pin(self.exchange(from, to, mail));
        let done = timeout(self.reach.timeout, all).await;
        let done = done.unwrap_or(Err(Trouble::Broken(Broken::Timeout)));
        match done {
            Ok(refused) => Ok(refused.iter().map(|it| self.failure(it).message).collect()),
            Err(trouble) => Err(self.failure(&trouble)),
        }
    }

    fn failure(&self, trouble: &Trouble) -> Failure {
        let password = self.user.as_ref().map_or("", |(_, it)| it.expose());
        let encoded = STANDARD.encode(password);
        trouble.failure(&self.name(), &self.reach, &[password, &encoded])
    }

    async fn exchange(
        &self,
        from: &Address,
        to: &[&Address],
        mail: &[u8],
    ) -> Result<Vec<Trouble>, Trouble> {
        let stream = self.in_time(self.connect()).await?;
        match self.tls {
            MailTls::None => {
                let dialogue = Dialogue::greeted(stream).await?;
                self.hand_over(dialogue, from, to, mail).await
            }
            MailTls::Implicit => {
                let stream = self.in_time(self.encrypt(stream)).await?;
                let dialogue = Dialogue::greeted(stream).await?;
                self.hand_over(dialogue, from, to, mail).await
            }
            MailTls::StartTls => {
                let mut dialogue = Dialogue::greeted(stream).await?;
                dialogue.hello(&self.hello).await?;
                let stream = dialogue.start_tls().await?;
                let stream = self.in_time(self.encrypt(stream)).await?;
                self.hand_over(Dialogue::resumed(stream), from, to, mail)
                    .await
            }
        }
    }

    async fn hand_over<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut dialogue: Dialogue<S>,
        from: &Address,
        to: &[&Address],
        mail: &[u8],
    ) -> Result<Vec<Trouble>, Trouble> {
        dialogue.hello(&self.hello).await?;
        if let Some((user, password)) = &self.user {
            dialogue.sign_in(user, password).await?;
        }
        dialogue.hand_over(from, to, mail).await
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn encrypt(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.tls_name.clone(), stream).await
    }

    /// A connection or its TLS, within the time that it has to stand.
    async fn in_time<T>(&self, step: impl Future<Output = io::Result<T>>) -> Result<T, Trouble> {
        let broken = match timeout(self.reach.connect_timeout, step).await {
            Ok(Ok(stands)) => return Ok(stands),
            Ok(Err(error)) => Broken::from_error(&error, false),
            Err(_) => Broken::ConnectTimeout,
        };
        Err(Trouble::Broken(broken))
    }
}
