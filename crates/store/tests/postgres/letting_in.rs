//! Whom the store lets tell it that it is the database: with TLS, only who proves it; and with what
//! the database lets in the store.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use store::{Address, Error, Password, Store};
use throwaway_postgres::{Server, Settings, Tls};

/// An authority that vouches for servers.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let issuer = issuer.unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> Option<PathBuf> {
        Some(self.folder.path().join("ca.pem"))
    }

    /// A server for whose name it vouches.
    fn server(&self, name: &str) -> Server {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Server::start(&Settings {
            tls: Some(Tls {
                certificate: certificate.pem(),
                key: key.serialize_pem(),
            }),
            ..Settings::default()
        })
    }
}

async fn refused(url: &str, ca_file: Option<PathBuf>) -> String {
    let address = Address::parse(url).unwrap().ca_file(ca_file);
    let error = Store::connect(&address).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_server_must_prove_its_name_to_an_authority_that_the_operator_named() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = authority.server("127.0.0.1");
    let url = server.database();
    let address = Address::parse(&url).unwrap().ca_file(authority.file());
    let store = Store::connect(&address).await.unwrap();
    store.migrate().await.unwrap();
    let encrypted = "SELECT COUNT(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                     WHERE s.ssl AND a.application_name = 'licensetool'";
    assert_ne!(server.sql("postgres", encrypted), "0");

    let text = refused(&url, stranger.file()).await;
    assert!(text.contains("certificate"), "{text}");
    let elsewhere = url.replace("127.0.0.1", "localhost");
    let text = refused(&elsewhere, authority.file()).await;
    assert!(text.contains("certificate"), "{text}");
    let missing = Some(PathBuf::from("missing/ca.pem"));
    let text = refused(&url, missing).await;
    assert!(text.contains("missing/ca.pem"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_is_no_server_for_who_asks_for_it() {
    let authority = Authority::new();
    let url = throwaway_postgres::shared().database();
    let text = refused(&url, authority.file()).await;
    assert!(text.contains("TLS"), "{text}");
}

#[tokio::test]
async fn the_password_comes_beside_the_address_and_is_said_to_nobody() {
    let server = throwaway_postgres::shared();
    let database = server.database();
    let name = database.rsplit('/').next().unwrap();
    let role = format!("anna_of_{name}");
    let make = format!("CREATE ROLE {role} LOGIN PASSWORD 'geheim'");
    server.sql(name, &make);
    let address = Address::parse(&server.url(&role, name)).unwrap();
    let right = Some(Password::new("geheim\n"));
    let store = Store::connect(&address.clone().password(right))
        .await
        .unwrap();
    assert_eq!(store.schema().await.unwrap().found, 0);
    for wrong in [None, Some(Password::new("geheimnis"))] {
        let address = address.clone().password(wrong);
        let error = Store::connect(&address).await.unwrap_err().to_string();
        assert!(error.contains("its password's file"), "{error}");
        assert!(
            !format!("{error} {address:?}").contains("geheim"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_program_holds_as_many_connections_as_it_may_and_says_whose_they_are() {
    let server = throwaway_postgres::shared();
    let url = server.database();
    let address = Address::parse(&url).unwrap();
    let address = address.connections(3).application("licensetool web");
    let store = Store::connect(&address).await.unwrap();
    store.migrate().await.unwrap();
    let readers = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.tenants().await.unwrap().len() })
    });
    for reader in readers.collect::<Vec<_>>() {
        assert_eq!(reader.await.unwrap(), 0);
    }
    let name = url.rsplit('/').next().unwrap();
    let held = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}' \
         AND application_name = 'licensetool web'"
    );
    let held: u32 = server.sql(name, &held).parse().unwrap();
    assert!((1..=3).contains(&held), "{held}");
}
