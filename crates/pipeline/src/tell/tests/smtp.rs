//! A mail server of a few lines: it speaks SMTP as told and keeps what was said.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::stub::{Identity, listen};
use crate::tell::MailTls;

/// How the server behaves.
#[derive(Clone, Default)]
pub(super) struct Script {
    /// Answers other than the usual, by how a line begins. `""` is the greeting; the text `hang`
    /// keeps silent, `end` hangs up.
    pub(super) answers: Vec<(&'static str, &'static str)>,
    /// The ways to sign in that it offers.
    pub(super) auth: &'static str,
    pub(super) no_start_tls: bool,
}

pub(super) struct Server {
    pub(super) port: u16,
    said: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(script: Script, tls: MailTls, identity: Option<&Identity>) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let acceptor = identity.map(|identity| identity.acceptor.clone());
        let kept = Arc::clone(&said);
        let port = listen(move |stream| {
            let (script, acceptor) = (script.clone(), acceptor.clone());
            let kept = Arc::clone(&kept);
            async move {
                let tls_below = tls == MailTls::Implicit;
                let stream = match (&acceptor, tls_below) {
                    (Some(acceptor), true) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            talk(&mut BufReader::new(stream), &script, &kept, true).await;
                        }
                        return;
                    }
                    _ => stream,
                };
                let mut stream = BufReader::new(stream);
                let upgraded = talk(&mut stream, &script, &kept, true).await;
                if let (true, Some(acceptor)) = (upgraded, acceptor) {
                    upgrade(stream.into_inner(), acceptor, &script, &kept).await;
                }
            }
        });
        Self {
            port: port.await,
            said,
        }
    }

    /// Every line so far; of a mail its text in one.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// The text of the mail.
    pub(super) fn mail(&self) -> String {
        let said = self.said();
        let mail = said.iter().find(|line| line.contains("Message-ID"));
        mail.unwrap().clone()
    }
}

async fn upgrade(
    stream: TcpStream,
    acceptor: tokio_rustls::TlsAcceptor,
    script: &Script,
    said: &Mutex<Vec<String>>,
) {
    if let Ok(stream) = acceptor.accept(stream).await {
        said.lock().unwrap().push("[TLS]".to_owned());
        talk(&mut BufReader::new(stream), script, said, false).await;
    }
}

/// Until the other hangs up; `true` if TLS is to begin.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    script: &Script,
    said: &Mutex<Vec<String>>,
    greets: bool,
) -> bool {
    if greets && !answer(stream, script, "", "220 mx.example ready").await {
        return false;
    }
    while let Some(line) = line(stream).await {
        said.lock().unwrap().push(line.clone());
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let usual = match word {
            "EHLO" => hello(script),
            "STARTTLS" | "QUIT" | "MAIL" | "RCPT" => "250 ok".to_owned(),
            "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6".to_owned(),
            "DATA" => "354 go on".to_owned(),
            // The user's name in Base64, and then the password.
            "dXNlcg==" => "334 UGFzc3dvcmQ6".to_owned(),
            _ => "235 welcome".to_owned(),
        };
        if !answer(stream, script, &line, &usual).await {
            return false;
        }
        if word == "STARTTLS" {
            return true;
        }
        if word == "DATA" && !script.answers.iter().any(|(line, _)| *line == "DATA") {
            let mail = content(stream).await;
            said.lock().unwrap().push(mail);
            if !answer(stream, script, ".", "250 taken").await {
                return false;
            }
        }
    }
    false
}

fn hello(script: &Script) -> String {
    let mut lines = vec!["250-mx.example greets".to_owned()];
    if !script.no_start_tls {
        lines.push("250-STARTTLS".to_owned());
    }
    if !script.auth.is_empty() {
        lines.push(format!("250-AUTH {}", script.auth));
    }
    lines.push("250 8BITMIME".to_owned());
    lines.join("\r\n")
}

/// `false`: no more is said.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    script: &Script,
    line: &str,
    usual: &str,
) -> bool {
    let special = script.answers.iter().find(|(begins, _)| match *begins {
        "" => line.is_empty(),
        begins => line.starts_with(begins),
    });
    let text = special.map_or(usual, |(_, text)| *text);
    match text {
        "end" => return false,
        "hang" => {
            let mut rest = String::new();
            let _ = stream.read_line(&mut rest).await;
            return false;
        }
        _ => {}
    }
    let text = format!("{text}\r\n");
    let sent = stream.get_mut().write_all(text.as_bytes()).await;
    sent.is_ok() && stream.get_mut().flush().await.is_ok()
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// The mail, up to the dot that stands alone.
async fn content<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> String {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        match stream.read_line(&mut line).await {
            Ok(read) if read > 0 && line != ".\r\n" => {
                mail += line.strip_prefix('.').unwrap_or(&line);
            }
            _ => return mail,
        }
    }
}
