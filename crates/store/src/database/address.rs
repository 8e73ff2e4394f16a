//! Where the store lies, and what it takes to get in.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Connections of one program, if nobody says how many.
const CONNECTIONS: u32 = 8;

/// Where the store lies: a file of SQLite, or a database of PostgreSQL.
#[derive(Clone, Debug)]
pub struct Address {
    pub(super) place: Place,
    pub(super) password: Option<Password>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) connections: u32,
    pub(super) application: String,
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Sqlite(PathBuf),
    Postgres(Server),
}

/// A database of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// With a slash at its beginning: the folder of a socket.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) database: String,
}

/// A password, which is never shown, and wiped when it is dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// As it stands in a file: the end of its line is none of it.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(
            text.trim_end_matches(['\r', '\n']).to_owned(),
        ))
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl Address {
    /// Reads `sqlite:PATH`, `postgres://USER@HOST:PORT/DATABASE`, or
    /// `postgres://USER@localhost/DATABASE?host=FOLDER` for a socket in a folder.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for any other, and for one with a password: those stand in files.
    pub fn parse(url: &str) -> Result<Self> {
        let place = match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() && path != ":memory:" => {
                Place::Sqlite(Path::new(path).to_owned())
            }
            Some(("sqlite", _)) => {
                return Err(unsupported(url, "write sqlite: and the path of a file"));
            }
            Some(("postgres" | "postgresql", _)) => Place::Postgres(server(url)?),
            _ => {
                let why = "write sqlite: and the path of a file, \
                           or postgres://USER@HOST:PORT/DATABASE";
                return Err(unsupported(url, why));
            }
        };
        Ok(Self {
            place,
            password: None,
            ca_file: None,
            connections: CONNECTIONS,
            application: "licensetool".to_owned(),
        })
    }

    /// With what PostgreSQL lets in.
    #[must_use]
    pub fn password(mut self, password: Option<Password>) -> Self {
        self.password = password;
        self
    }

    /// Who vouches for the server besides the public authorities: a file of certificates (PEM).
    #[must_use]
    pub fn ca_file(mut self, file: Option<PathBuf>) -> Self {
        self.ca_file = file;
        self
    }

    /// How many connections to PostgreSQL this program holds at most.
    #[must_use]
    pub fn connections(mut self, most: u32) -> Self {
        self.connections = most.max(1);
        self
    }

    /// As what PostgreSQL lists the connections.
    #[must_use]
    pub fn application(mut self, name: &str) -> Self {
        name.clone_into(&mut self.application);
        self
    }

    /// Whether several machines can share the store.
    pub fn is_shared(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// Whether both lead to one database, as far as their words tell.
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Sqlite(one), Place::Sqlite(other)) => {
                let found = one.canonicalize().ok();
                one == other || (found.is_some() && found == other.canonicalize().ok())
            }
            (Place::Postgres(one), Place::Postgres(other)) => {
                (&one.host, one.port, &one.database) == (&other.host, other.port, &other.database)
            }
            _ => false,
        }
    }

    /// Whether the server must prove who it is, over TLS: always, unless it is this machine and
    /// nobody is named to vouch for it.
    pub(super) fn is_verified(&self) -> bool {
        match &self.place {
            Place::Sqlite(_) => false,
            Place::Postgres(server) => self.ca_file.is_some() || !server.is_here(),
        }
    }
}

impl Server {
    fn is_here(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        let loops = address.is_ok_and(|address| address.is_loopback());
        loops || self.host == "localhost" || self.host.starts_with('/')
    }
}

fn server(text: &str) -> Result<Server> {
    let odd = |why| unsupported(text, why);
    let url = Url::parse(text)
        .map_err(|_| odd("it is no URL: write postgres://USER@HOST:PORT/DATABASE"))?;
    if url.password().is_some() {
        return Err(odd(
            "a password does not belong into it: put it into a file of its own",
        ));
    }
    let mut host = url.host_str().unwrap_or_default().to_owned();
    for (name, value) in url.query_pairs() {
        match &*name {
            "host" if value.starts_with('/') => host = value.into_owned(),
            _ => {
                return Err(odd(
                    "after the question mark only host=FOLDER of a socket can stand",
                ));
            }
        }
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let server = Server {
        host,
        port: url.port().unwrap_or(5432),
        user: decoded(url.username()),
        database: decoded(url.path().trim_start_matches('/')),
    };
    match [&server.host, &server.user, &server.database]
        .iter()
        .any(|it| it.is_empty())
    {
        true => Err(odd(
            "role, host and database are needed: postgres://USER@HOST:PORT/DATABASE",
        )),
        false => Ok(server),
    }
}

/// Names the address without a password that may stand in it.
fn unsupported(url: &str, why: &'static str) -> Error {
    let secret = url.split_once("://").and_then(|(_, rest)| {
        let (user, _) = rest.rsplit_once('@')?;
        let (_, password) = user.split_once(':')?;
        Some(format!(":{password}@"))
    });
    let url = match secret {
        Some(secret) => url.replacen(&secret, ":…@", 1),
        None => url.to_owned(),
    };
    Error::Unsupported { url, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, host: &str, port: u16, verified: bool) {
        let address = Address::parse(url).unwrap();
        assert_eq!(address.is_verified(), verified, "{url}");
        let Place::Postgres(server) = address.place else {
            panic!("{url} is PostgreSQL's");
        };
        let expected = Server {
            host: host.to_owned(),
            port,
            user: "tool@work".to_owned(),
            database: "licences".to_owned(),
        };
        assert_eq!(server, expected);
    }

    #[test]
    fn servers_elsewhere_must_prove_who_they_are() {
        check(
            "postgres://tool%40work@db.lan/licences",
            "db.lan",
            5432,
            true,
        );
        check(
            "postgresql://tool%40work@10.1.2.3:99/licences",
            "10.1.2.3",
            99,
            true,
        );
        check(
            "postgres://tool%40work@127.0.0.1/licences",
            "127.0.0.1",
            5432,
            false,
        );
        check("postgres://tool%40work@[::1]:7/licences", "[::1]", 7, false);
        check(
            "postgres://tool%40work@localhost/licences",
            "localhost",
            5432,
            false,
        );
        check(
            "postgres://tool%40work@localhost/licences?host=/run/pg",
            "/run/pg",
            5432,
            false,
        );
        let here = Address::parse("postgres://a@127.0.0.1/b").unwrap();
        assert!(here.ca_file(Some("ca.pem".into())).is_verified());
    }

    #[test]
    fn no_password_is_shown() {
        for url in [
            "postgres://anna:geheim@db/licences",
            "postgres://anna:ge@heim@db/licences",
            "mysql://anna:geheim@db/licences",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(!error.contains("heim") && error.contains("anna"), "{error}");
        }
        let password = Password::new("geheim\n");
        assert_eq!(password.reveal(), "geheim");
        assert_eq!(format!("{password:?}"), "Password");
    }

    #[test]
    fn what_is_missing_or_unknown_is_said() {
        for (url, why) in [
            ("postgres://db/licences", "USER@HOST"),
            ("postgres://anna@db", "USER@HOST"),
            ("postgres://anna@/licences", "USER@HOST"),
            ("postgres://anna@db/licences?sslmode=disable", "host=FOLDER"),
            ("postgres:", "USER@HOST"),
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
