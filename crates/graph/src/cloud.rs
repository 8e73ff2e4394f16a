//! Which of Microsoft's clouds is spoken to: tenants of a national cloud live on other hosts.

use url::{Host, Url};

/// The two hosts of one Microsoft cloud.
///
/// Source of the addresses: Microsoft's documentation "National clouds". Both must be `https`
/// unless the host is a loopback address (a simulator on this machine).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Where tokens come from, such as `https://login.microsoftonline.com`.
    pub authority: Url,
    /// Where data comes from, such as `https://graph.microsoft.com`.
    pub graph: Url,
}

const GLOBAL_GRAPH: &str = "https://graph.microsoft.com";
const US_GOVERNMENT_GRAPH: &str = "https://graph.microsoft.us";
const US_GOVERNMENT_DOD_GRAPH: &str = "https://dod-graph.microsoft.us";
const CHINA_GRAPH: &str = "https://microsoftgraph.chinacloudapi.cn";

impl Cloud {
    /// The cloud of nearly everybody.
    pub fn global() -> Cloud {
        Cloud::known("https://login.microsoftonline.com", GLOBAL_GRAPH)
    }

    /// US government, L4.
    pub fn us_government() -> Cloud {
        Cloud::known("https://login.microsoftonline.us", US_GOVERNMENT_GRAPH)
    }

    /// US government, L5 (Department of Defense).
    pub fn us_government_dod() -> Cloud {
        Cloud::known("https://login.microsoftonline.us", US_GOVERNMENT_DOD_GRAPH)
    }

    /// China, operated by 21Vianet.
    pub fn china() -> Cloud {
        Cloud::known("https://login.partner.microsoftonline.cn", CHINA_GRAPH)
    }

    fn known(authority: &str, graph: &str) -> Cloud {
        let url = |text| Url::parse(text).expect("an address written in this file is a URL");
        Cloud {
            authority: url(authority),
            graph: url(graph),
        }
    }

    /// The scope of a token for this Graph. A host that Microsoft does not name is a gateway or a
    /// stand-in, which speaks for the global Graph.
    pub(crate) fn scope(&self) -> String {
        let national = [US_GOVERNMENT_GRAPH, US_GOVERNMENT_DOD_GRAPH, CHINA_GRAPH];
        let own = self.graph.origin().ascii_serialization();
        let resource = if national.contains(&own.as_str()) {
            &own
        } else {
            GLOBAL_GRAPH
        };
        format!("{resource}/.default")
    }
}

/// Whether a URL stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_asked_for_the_graph_that_will_be_called() {
        let check = |cloud: Cloud, scope: &str| assert_eq!(cloud.scope(), scope);
        check(Cloud::global(), "https://graph.microsoft.com/.default");
        check(
            Cloud::us_government(),
            "https://graph.microsoft.us/.default",
        );
        check(
            Cloud::us_government_dod(),
            "https://dod-graph.microsoft.us/.default",
        );
        check(
            Cloud::china(),
            "https://microsoftgraph.chinacloudapi.cn/.default",
        );
        let simulator = Url::parse("https://127.0.0.1:8443").unwrap();
        check(
            Cloud {
                authority: simulator.clone(),
                graph: simulator,
            },
            "https://graph.microsoft.com/.default",
        );
    }

    #[test]
    fn only_loopback_hosts_are_loopback() {
        let check = |text: &str, expected| {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), expected, "{text}");
        };
        check("http://localhost:1/", true);
        check("http://127.9.9.9/", true);
        check("http://[::1]:80/", true);
        check("https://graph.microsoft.com", false);
        check("http://localhost.evil.example", false);
        check("http://127.0.0.1.evil.example", false);
        check("http://0.0.0.0", false);
    }
}
