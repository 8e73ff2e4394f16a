//! How a channel's server is reached: whom to trust, and how long to wait.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context;
use rustls::ClientConfig;

/// The limits of one sending, and whom it trusts. [`Reach::default`] gives the defaults.
#[derive(Clone, Debug)]
pub struct Reach {
    /// A PEM bundle of authorities trusted besides the system's. Default: none.
    pub extra_ca: Option<Vec<u8>>,
    /// Longest time for a connection to stand, TLS included. Default: 10 s.
    pub connect_timeout: Duration,
    /// Longest time for one sending, from the connection to the last byte of the answer.
    /// Default: 30 s.
    pub timeout: Duration,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            extra_ca: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Reach {
    /// A client that keeps to the limits. It follows no redirect.
    pub(crate) fn client(&self, host: &str) -> anyhow::Result<reqwest::Client> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.trust()?)
            .user_agent(concat!("licensetool/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout);
        // A proxy's loopback is another machine.
        let builder = match is_loopback(host) {
            true => builder.no_proxy(),
            false => builder,
        };
        builder.build().context("the HTTP client cannot be made")
    }

    /// Whom to trust, as for Microsoft.
    pub(super) fn trust(&self) -> anyhow::Result<ClientConfig> {
        graph::trust(self.extra_ca.as_deref()).context("ca_file cannot be used")
    }
}

/// Whether a host is this machine, so that nothing said to it leaves it.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.example",
            "10.0.0.1",
            "127.0.0.1.example",
            "::2",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_bundle_without_a_certificate_is_refused_by_its_settings_name() {
        let reach = Reach {
            extra_ca: Some(b"nonsense".to_vec()),
            ..Reach::default()
        };
        let error = format!("{:#}", reach.trust().unwrap_err());
        assert!(error.starts_with("ca_file cannot be used: "), "{error}");
    }
}
