//! The settings of who is let in and how: several of them make sense only together.

use std::net::SocketAddr;
use std::path::Path;

use jiff::SignedDuration;
use url::{Host, Url};

use super::super::values::AuthWord;
use super::super::{SignIn, TlsFiles};
use super::Reader;

/// A day at work is shorter.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// What came of them.
pub(super) struct Access {
    pub(super) sign_in: Option<SignIn>,
    pub(super) trusted_proxies: Vec<web::Network>,
    pub(super) tls: Option<TlsFiles>,
}

impl Reader<'_> {
    pub(super) fn access(&mut self, home: &Path) -> Option<Access> {
        let word: Option<AuthWord> = self.get("auth");
        let lifetime = self.lifetime();
        let key_file: Option<Option<String>> = self.get("session.key_file");
        let trusted_proxies = self.get("trusted_proxies");
        let tls = self.tls(home);
        let sign_in = match word? {
            AuthWord::None => None,
            AuthWord::Entra => {
                self.public_url_fits();
                let key_file = self.key_file(key_file?)?;
                Some(SignIn {
                    key_file: home.join(key_file),
                    lifetime: lifetime?,
                })
            }
        };
        Some(Access {
            sign_in,
            trusted_proxies: trusted_proxies?,
            tls: tls?,
        })
    }

    fn lifetime(&mut self) -> Option<SignedDuration> {
        let lifetime = self.get("session.lifetime")?;
        if lifetime > LONGEST {
            let wrong = "session.lifetime must be at most 24h".to_owned();
            self.problems.push(wrong);
            return None;
        }
        Some(lifetime)
    }

    fn key_file(&mut self, file: Option<String>) -> Option<String> {
        if file.is_none() {
            self.problems.push(
                "session.key_file is missing, and auth is entra: make a key with `openssl rand \
                 -base64 48 > secrets/session` in the home folder, `chmod 600` it, and set \
                 session.key_file = \"secrets/session\""
                    .to_owned(),
            );
        }
        file
    }

    /// Sign-in leads back there, so it must be known, and nobody on the way may read along.
    fn public_url_fits(&mut self) {
        let public_url: Option<Option<Url>> = self.get("public_url");
        let listen: Option<SocketAddr> = self.get("listen");
        let (Some(public_url), Some(listen)) = (public_url, listen) else {
            return;
        };
        let wrong = match public_url {
            None if listen.ip().is_loopback() => return,
            None => {
                "public_url is missing, and auth is entra: say where people open the pages, such \
                 as https://licensetool.company.example/"
            }
            Some(url) if url.scheme() != "https" && !is_here(&url) => {
                "public_url must begin with https:// where people sign in (http is for this \
                 machine only)"
            }
            Some(url) if url.path() != "/" || url.query().is_some() => {
                "public_url must end with the host where people sign in, such as \
                 https://licensetool.company.example/"
            }
            Some(_) => return,
        };
        self.problems.push(wrong.to_owned());
    }

    /// `Some(None)`: none is set.
    fn tls(&mut self, home: &Path) -> Option<Option<TlsFiles>> {
        let cert: Option<String> = self.get("tls.cert_file")?;
        let key: Option<String> = self.get("tls.key_file")?;
        match (cert, key) {
            (Some(cert), Some(key)) => Some(Some(TlsFiles {
                cert: home.join(cert),
                key: home.join(key),
            })),
            (None, None) => Some(None),
            (cert, _) => {
                let (set, missing) = match cert {
                    Some(_) => ("tls.cert_file", "tls.key_file"),
                    None => ("tls.key_file", "tls.cert_file"),
                };
                let wrong = format!("{missing} is missing: {set} needs both, or leave both out");
                self.problems.push(wrong);
                None
            }
        }
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
