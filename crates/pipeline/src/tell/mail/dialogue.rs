//! What is said to a mail server and what it answers, line by line (RFC 5321).
//!
//! It is spoken here rather than by a library, because an operator must read which step failed
//! and for whom, and because the TLS below it is the same as for everything else.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::refusal::{Step, Trouble};
use crate::tell::Secret;
use crate::tell::broken::Broken;

/// RFC 5321 allows 512 bytes; some servers say more.
const LINE_LIMIT: u64 = 4096;
/// More lines than any greeting or list of extensions has.
const LINES: usize = 128;

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// The text of all lines.
    pub(super) lines: Vec<String>,
}

impl Reply {
    fn is(&self, class: u16) -> bool {
        self.code / 100 == class
    }
}

/// A connection on which SMTP is spoken.
pub(super) struct Dialogue<S> {
    stream: BufReader<S>,
    /// What the server offers, in upper case.
    offers: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    /// A connection on which the server has greeted already.
    pub(super) fn resumed(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
            offers: Vec::new(),
        }
    }

    /// A new connection: the server greets.
    pub(super) async fn greeted(stream: S) -> Result<Self, Trouble> {
        let mut dialogue = Self::resumed(stream);
        let greeting = dialogue.reply().await?;
        match greeting.code {
            220 => Ok(dialogue),
            _ => Err(Trouble::refused(Step::Greeting, greeting)),
        }
    }

    /// Says who we are and learns what the server offers.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Trouble> {
        let reply = self.ask(&format!("EHLO {name}"), Step::Hello, 2).await?;
        let offers = reply.lines.iter().skip(1);
        self.offers = offers
            .map(|line| line.trim().to_ascii_uppercase())
            .collect();
        Ok(())
    }

    fn offers(&self, keyword: &str) -> bool {
        self.offers
            .iter()
            .any(|line| line.split([' ', '=']).next() == Some(keyword))
    }

    /// Agrees on TLS; gives back the connection for its handshake.
    pub(super) async fn start_tls(mut self) -> Result<S, Trouble> {
        if !self.offers("STARTTLS") {
            return Err(Trouble::NoStartTls);
        }
        self.ask("STARTTLS", Step::StartTls, 2).await?;
        // What was said in the clear before TLS stands must not count as said within it.
        match self.stream.buffer().is_empty() {
            true => Ok(self.stream.into_inner()),
            false => Err(Trouble::Nonsense("it spoke before TLS stood".to_owned())),
        }
    }

    pub(super) async fn sign_in(&mut self, user: &str, password: &Secret) -> Result<(), Trouble> {
        let ways: Vec<&str> = self
            .offers
            .iter()
            .filter(|line| line.starts_with("AUTH"))
            .flat_map(|line| line.split([' ', '=']).skip(1))
            .collect();
        let password = password.expose();
        if ways.contains(&"PLAIN") {
            let proof = STANDARD.encode(format!("\0{user}\0{password}"));
            self.ask(&format!("AUTH PLAIN {proof}"), Step::SignIn, 2)
                .await?;
        } else if ways.contains(&"LOGIN") {
            self.ask("AUTH LOGIN", Step::SignIn, 3).await?;
            self.ask(&STANDARD.encode(user), Step::SignIn, 3).await?;
            self.ask(&STANDARD.encode(password), Step::SignIn, 2)
                .await?;
        } else {
            return Err(Trouble::NoSignIn(ways.join(" ")));
        }
        Ok(())
    }

    /// Hands over a mail. Answers who was refused while others were not.
    pub(super) async fn hand_over(
        &mut self,
        from: &Address,
        to: &[&Address],
        mail: &[u8],
    ) -> Result<Vec<Trouble>, Trouble> {
        let sender = Step::Sender(from.to_string());
        self.ask(&format!("MAIL FROM:<{from}>"), sender, 2).await?;
        let mut refused = Vec::new();
        for address in to {
            let reply = self.say(&format!("RCPT TO:<{address}>")).await?;
            let step = Step::Recipient(address.to_string());
            match reply.code {
                // It hangs up.
                421 => return Err(Trouble::refused(step, reply)),
                _ if reply.is(2) => {}
                _ => refused.push(Trouble::refused(step, reply)),
            }
        }
        if refused.len() == to.len() {
            return Err(refused.swap_remove(0));
        }
        self.ask("DATA", Step::Content, 3).await?;
        self.write(&stuffed(mail)).await?;
        self.ask(".", Step::Content, 2).await?;
        // It has the mail; whether it takes its leave is of no interest.
        let _ = self.write(b"QUIT\r\n").await;
        Ok(refused)
    }

    /// Says a line and wants an answer of a class.
    async fn ask(&mut self, line: &str, step: Step, class: u16) -> Result<Reply, Trouble> {
        let reply = self.say(line).await?;
        match reply.is(class) {
            true => Ok(reply),
            false => Err(Trouble::refused(step, reply)),
        }
    }

    async fn say(&mut self, line: &str) -> Result<Reply, Trouble> {
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.reply().await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let stream = self.stream.get_mut();
        let written = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        written.await.map_err(|error| broke(&error))
    }

    async fn reply(&mut self) -> Result<Reply, Trouble> {
        let mut lines = Vec::new();
        while lines.len() < LINES {
            let line = self.line().await?;
            let code: Option<u16> = line.get(..3).and_then(|code| code.parse().ok());
            let Some(code @ 200..=599) = code else {
                return Err(Trouble::Nonsense(line));
            };
            let rest = line.get(3..).unwrap_or_default();
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if !rest.starts_with('-') {
                return Ok(Reply { code, lines });
            }
        }
        Err(Trouble::Nonsense("it does not stop talking".to_owned()))
    }

    async fn line(&mut self) -> Result<String, Trouble> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.stream).take(LINE_LIMIT);
        let read = limited.read_until(b'\n', &mut bytes).await;
        read.map_err(|error| broke(&error))?;
        if bytes.is_empty() {
            let closed = io::Error::new(io::ErrorKind::UnexpectedEof, "it hung up");
            return Err(broke(&closed));
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }
}

fn broke(error: &io::Error) -> Trouble {
    Trouble::Broken(Broken::from_error(error, true))
}

/// A line that begins with a dot gets a second one, as one alone ends the mail.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_at_the_beginning_is_doubled_and_the_last_line_ends() {
        let check = |mail: &str, expected: &str| {
            assert_eq!(stuffed(mail.as_bytes()), expected.as_bytes(), "{mail}");
        };
        check("a\r\nb\r\n", "a\r\nb\r\n");
        check(".\r\n..x\r\na.b", "..\r\n...x\r\na.b\r\n");
    }
}
