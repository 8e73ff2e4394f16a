//! One connection of a mail client, from greeting to goodbye.

use std::future::pending;
use std::io;
use std::sync::Arc;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};

use super::words::{address, command, decoded, plain};
use super::{Desk, Mail, SmtpMode, SmtpTls};

/// Longest line, with its end. Source: RFC 5321, 4.5.3.1.6.
const LONGEST_LINE: u64 = 1_000;

/// Largest mail in bytes.
const LARGEST: usize = 10 << 20;

const SIGN_IN_FIRST: &str = "530 5.7.0 Authentication required";
const START_TLS_FIRST: &str = "530 5.7.0 Must issue a STARTTLS command first";

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) struct Session {
    desk: Arc<Desk>,
    wire: BufReader<Box<dyn Stream>>,
    secure: bool,
    greeted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

/// What comes after a command.
enum Next {
    Command,
    StartTls,
    End,
}

impl Session {
    pub(super) fn new(stream: Box<dyn Stream>, desk: Arc<Desk>, secure: bool) -> Session {
        Session {
            desk,
            wire: BufReader::new(stream),
            secure,
            greeted: false,
            user: None,
            from: None,
            to: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) -> io::Result<()> {
        self.say("220 localhost ESMTP simulator").await?;
        while let Some(line) = self.line().await? {
            if self.desk.mode() == SmtpMode::Hang {
                return pending().await;
            }
            match self.obey(&line).await? {
                Next::Command => {}
                Next::StartTls => self = self.encrypted().await?,
                Next::End => break,
            }
        }
        Ok(())
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let (verb, rest) = command(line);
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => self.hello(verb == "EHLO"),
            "STARTTLS" if self.needs_tls() => {
                self.say("220 2.0.0 Ready to start TLS").await?;
                return Ok(Next::StartTls);
            }
            "AUTH" => self.sign_in(rest).await?,
            "MAIL" => self.mail(rest).to_owned(),
            "RCPT" => self.recipient(rest).to_owned(),
            "DATA" => return self.data().await,
            "RSET" => {
                self.forget();
                "250 2.0.0 Ok".to_owned()
            }
            "NOOP" => "250 2.0.0 Ok".to_owned(),
            "QUIT" => {
                self.say("221 2.0.0 Bye").await?;
                return Ok(Next::End);
            }
            _ => "502 5.5.1 Command not implemented".to_owned(),
        };
        self.say(&answer).await?;
        Ok(Next::Command)
    }

    fn hello(&mut self, extended: bool) -> String {
        self.greeted = true;
        self.forget();
        if !extended {
            return "250 localhost".to_owned();
        }
        let size = format!("SIZE {LARGEST}");
        let mut lines = vec!["localhost", &size, "8BITMIME", "SMTPUTF8"];
        if self.needs_tls() {
            lines.push("STARTTLS");
        }
        if self.desk.options.login.is_some() && !self.needs_tls() {
            lines.push("AUTH PLAIN LOGIN");
        }
        let last = lines.pop().unwrap_or_default();
        let before = lines.iter().map(|line| format!("250-{line}\r\n"));
        format!("{}250 {last}", before.collect::<String>())
    }

    /// Whether TLS is offered, and nothing of worth is taken without it.
    fn needs_tls(&self) -> bool {
        let can = self.desk.options.tls == SmtpTls::StartTls;
        can && !self.secure && self.desk.mode() != SmtpMode::NoStartTls
    }

    async fn sign_in(&mut self, rest: &str) -> io::Result<String> {
        let Some(login) = self.desk.options.login.clone() else {
            return Ok("502 5.5.1 Command not implemented".to_owned());
        };
        if self.needs_tls() {
            return Ok("538 5.7.11 Encryption required".to_owned());
        }
        let (mechanism, first) = command(rest);
        let first = Some(first.to_owned()).filter(|first| !first.is_empty());
        let given = match mechanism.as_str() {
            "PLAIN" => {
                let text = self.told(first, "").await?;
                text.and_then(|text| plain(&text))
            }
            "LOGIN" => {
                let user = self.told(first, "VXNlcm5hbWU6").await?;
                let password = self.told(None, "UGFzc3dvcmQ6").await?;
                let text = |told: Option<String>| told.and_then(|told| decoded(&told));
                text(user).zip(text(password))
            }
            _ => return Ok("504 5.5.4 Unrecognized authentication type".to_owned()),
        };
        if given != Some(login.clone()) || self.desk.mode() == SmtpMode::RefuseAuth {
            return Ok("535 5.7.8 Authentication credentials invalid".to_owned());
        }
        self.user = Some(login.0);
        Ok("235 2.7.0 Authentication successful".to_owned())
    }

    /// What the client has said already, or says when asked.
    async fn told(&mut self, said: Option<String>, asked: &str) -> io::Result<Option<String>> {
        match said {
            Some(said) => Ok(Some(said)),
            None => {
                self.say(&format!("334 {asked}")).await?;
                self.line().await
            }
        }
    }

    fn mail(&mut self, rest: &str) -> &'static str {
        if !self.greeted {
            return "503 5.5.1 Say EHLO first";
        }
        if self.needs_tls() {
            return START_TLS_FIRST;
        }
        if self.desk.options.login.is_some() && self.user.is_none() {
            return SIGN_IN_FIRST;
        }
        if self.from.is_some() {
            return "503 5.5.1 Sender already given";
        }
        self.from = address(rest, "FROM:");
        match self.from {
            Some(_) => "250 2.1.0 Ok",
            None => "501 5.1.7 Bad sender address syntax",
        }
    }

    fn recipient(&mut self, rest: &str) -> &'static str {
        if self.from.is_none() {
            return "503 5.5.1 Say MAIL first";
        }
        match (self.desk.mode(), address(rest, "TO:")) {
            (_, None) => "501 5.1.3 Bad recipient address syntax",
            (SmtpMode::RefuseRecipients, _) => "550 5.1.1 No such user here",
            (SmtpMode::Temporary, _) => "451 4.7.1 Try again later",
            (_, Some(address)) => {
                self.to.push(address);
                "250 2.1.5 Ok"
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        let (Some(from), false) = (self.from.clone(), self.to.is_empty()) else {
            self.say("503 5.5.1 Say RCPT first").await?;
            return Ok(Next::Command);
        };
        self.say("354 End data with <CR><LF>.<CR><LF>").await?;
        let Some(data) = self.content().await? else {
            return Ok(Next::End);
        };
        let answer = match data {
            Ok(data) => {
                self.desk.mails.put(Mail {
                    from,
                    to: std::mem::take(&mut self.to),
                    data,
                    secure: self.secure,
                    user: self.user.clone(),
                });
                "250 2.0.0 Ok: queued"
            }
            Err(refusal) => refusal,
        };
        self.forget();
        if self.desk.mode() == SmtpMode::LoseAnswer {
            return Ok(Next::End);
        }
        self.say(answer).await?;
        Ok(Next::Command)
    }

    /// The mail, or why it is not taken; nothing if the connection ends before its end.
    async fn content(&mut self) -> io::Result<Option<Result<String, &'static str>>> {
        let (mut data, mut refusal) = (String::new(), None);
        while let Some(line) = self.raw_line().await? {
            if self.desk.mode() == SmtpMode::Close {
                return Ok(None);
            }
            let Some(text) = line.strip_suffix("\r\n") else {
                refusal = Some("550 5.6.11 Lines must end with CR and LF, after 998 characters");
                continue;
            };
            if text == "." {
                return Ok(Some(refusal.map_or(Ok(data), Err)));
            }
            if data.len() > LARGEST {
                refusal = Some("552 5.3.4 Message too big");
                continue;
            }
            data.push_str(text.strip_prefix('.').unwrap_or(text));
            data.push_str("\r\n");
        }
        Ok(None)
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// What the client has sent too early is thrown away, as is all that it has said.
    async fn encrypted(self) -> io::Result<Session> {
        let acceptor = self.desk.acceptor.clone();
        let acceptor = acceptor.ok_or_else(|| io::Error::other("no certificate"))?;
        let stream = acceptor.accept(self.wire.into_inner()).await?;
        Ok(Session::new(Box::new(stream), self.desk, true))
    }

    /// Without its end; `None` when the client is gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let line = self.raw_line().await?;
        Ok(line.map(|line| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn raw_line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.wire).take(LONGEST_LINE);
        limited.read_until(b'\n', &mut line).await?;
        Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned()))
    }

    async fn say(&mut self, answer: &str) -> io::Result<()> {
        let text = format!("{answer}\r\n");
        self.wire.get_mut().write_all(text.as_bytes()).await?;
        self.wire.get_mut().flush().await
    }
}
