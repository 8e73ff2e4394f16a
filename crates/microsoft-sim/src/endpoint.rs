//! Which endpoint a path means: faults and counts are told apart by it.

use serde::Serialize;

use crate::fault::Call;
use crate::message::Request;

/// An endpoint of Entra or Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Endpoint {
    Token,
    /// Where people sign in.
    Authorize,
    /// Where they sign out.
    Logout,
    AdminConsent,
    Discovery,
    Instance,
    Keys,
    SubscribedSkus,
    Subscriptions,
    Organization,
    Batch,
    /// A site, its lists and their columns, read.
    Sites,
    /// Items of a list, read.
    ListItems,
    /// Anything under a site, written.
    ListWrite,
    /// Anything else, which is 404 at Microsoft.
    Other,
}

/// Which service a path belongs to. On one host they are told apart by Graph's versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Entra,
    Graph,
    /// The simulator's own.
    Own,
}

impl Service {
    pub(crate) fn of(path: &str) -> Service {
        match path.split('/').nth(1) {
            Some("_sim" | "portal") => Service::Own,
            Some("v1.0" | "beta") => Service::Graph,
            _ => Service::Entra,
        }
    }
}

impl Endpoint {
    pub(crate) const ALL: [Endpoint; 15] = [
        Endpoint::Token,
        Endpoint::Authorize,
        Endpoint::Logout,
        Endpoint::AdminConsent,
        Endpoint::Discovery,
        Endpoint::Instance,
        Endpoint::Keys,
        Endpoint::SubscribedSkus,
        Endpoint::Subscriptions,
        Endpoint::Organization,
        Endpoint::Batch,
        Endpoint::Sites,
        Endpoint::ListItems,
        Endpoint::ListWrite,
        Endpoint::Other,
    ];

    /// What a request means: under a site, writing is told apart from reading.
    pub(crate) fn asked(request: &Request) -> Endpoint {
        let endpoint = Endpoint::of(&request.path);
        let reads = ["GET", "HEAD"].contains(&request.method.as_str());
        if endpoint.is_sharepoint() && !reads {
            return Endpoint::ListWrite;
        }
        endpoint
    }

    pub(crate) fn is_sharepoint(self) -> bool {
        matches!(
            self,
            Endpoint::Sites | Endpoint::ListItems | Endpoint::ListWrite
        )
    }

    pub(crate) fn of(path: &str) -> Endpoint {
        let path = path.trim_end_matches('/');
        match Service::of(path) {
            Service::Own => Endpoint::Other,
            Service::Graph => Endpoint::of_graph(path),
            Service::Entra => Endpoint::of_entra(path),
        }
    }

    fn of_entra(path: &str) -> Endpoint {
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match parts[..] {
            [_, "oauth2", "v2.0", "token"] => Endpoint::Token,
            [_, "oauth2", "v2.0", "authorize"] => Endpoint::Authorize,
            [_, "oauth2", "v2.0", "logout"] => Endpoint::Logout,
            [_, "adminconsent"] | [_, "v2.0", "adminconsent"] => Endpoint::AdminConsent,
            [_, "v2.0", ".well-known", "openid-configuration"] => Endpoint::Discovery,
            [_, "discovery", "instance"] => Endpoint::Instance,
            [_, "discovery", "v2.0", "keys"] => Endpoint::Keys,
            _ => Endpoint::Other,
        }
    }

    /// Graph does not look at the case of a path.
    fn of_graph(path: &str) -> Endpoint {
        let path = path.to_ascii_lowercase();
        let mut parts = path.split('/').skip(2);
        let resource = |name: &str| name.split('(').next().unwrap_or_default().to_owned();
        match (
            parts.next().map(resource).as_deref(),
            parts.next().map(resource).as_deref(),
        ) {
            (Some("subscribedskus"), _) => Endpoint::SubscribedSkus,
            (Some("directory"), Some("subscriptions")) => Endpoint::Subscriptions,
            (Some("organization"), _) => Endpoint::Organization,
            (Some("$batch"), None) => Endpoint::Batch,
            (Some("sites"), Some(_)) => match parts.nth(2) {
                Some("items") => Endpoint::ListItems,
                _ => Endpoint::Sites,
            },
            _ => Endpoint::Other,
        }
    }

    /// Whether a fault or a count of that kind of call concerns it.
    pub(crate) fn is(self, call: Call) -> bool {
        match call {
            Call::Any => true,
            Call::Sites => matches!(self, Endpoint::Sites | Endpoint::ListItems),
            call => self.call() == Some(call),
        }
    }

    fn call(self) -> Option<Call> {
        match self {
            Endpoint::Token => Some(Call::Token),
            Endpoint::Discovery => Some(Call::Discovery),
            Endpoint::Keys => Some(Call::Keys),
            Endpoint::Authorize => Some(Call::Authorize),
            Endpoint::SubscribedSkus => Some(Call::SubscribedSkus),
            Endpoint::Subscriptions => Some(Call::Subscriptions),
            Endpoint::Organization => Some(Call::Organization),
            Endpoint::Batch => Some(Call::Batch),
            Endpoint::ListItems => Some(Call::ListItems),
            Endpoint::ListWrite => Some(Call::ListWrite),
            _ => None,
        }
    }

    /// The name in counts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Endpoint::Token => "token",
            Endpoint::Authorize => "authorize",
            Endpoint::Logout => "logout",
            Endpoint::AdminConsent => "adminConsent",
            Endpoint::Discovery => "discovery",
            Endpoint::Instance => "instance",
            Endpoint::Keys => "keys",
            Endpoint::SubscribedSkus => "subscribedSkus",
            Endpoint::Subscriptions => "subscriptions",
            Endpoint::Organization => "organization",
            Endpoint::Batch => "batch",
            Endpoint::Sites => "sites",
            Endpoint::ListItems => "listItems",
            Endpoint::ListWrite => "listWrite",
            Endpoint::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_its_endpoint() {
        let check = |path: &str, expected: Endpoint| assert_eq!(Endpoint::of(path), expected);
        check("/contoso.com/oauth2/v2.0/token", Endpoint::Token);
        check("/contoso.com/oauth2/token", Endpoint::Other);
        check("/contoso.com/oauth2/v2.0/authorize", Endpoint::Authorize);
        check("/contoso.com/oauth2/v2.0/logout", Endpoint::Logout);
        check("/contoso.com/adminconsent", Endpoint::AdminConsent);
        check("/contoso.com/v2.0/adminconsent", Endpoint::AdminConsent);
        check(
            "/common/v2.0/.well-known/openid-configuration",
            Endpoint::Discovery,
        );
        check("/common/discovery/instance", Endpoint::Instance);
        check("/common/discovery/v2.0/keys", Endpoint::Keys);
        check("/v1.0/subscribedSkus", Endpoint::SubscribedSkus);
        check("/v1.0/SUBSCRIBEDSKUS/", Endpoint::SubscribedSkus);
        check("/v1.0/subscribedSkus/1_2", Endpoint::SubscribedSkus);
        check("/v1.0/subscribedSkus('1_2')", Endpoint::SubscribedSkus);
        check("/v1.0/directory/subscriptions", Endpoint::Subscriptions);
        check(
            "/v1.0/directory/subscriptions(commerceSubscriptionId='x')",
            Endpoint::Subscriptions,
        );
        check("/v1.0/directory", Endpoint::Other);
        check("/v1.0/organization", Endpoint::Organization);
        check("/v1.0/$batch", Endpoint::Batch);
        check("/v1.0/users", Endpoint::Other);
        check("/v1.0/sites", Endpoint::Other);
        check("/v1.0/sites/a,b,c", Endpoint::Sites);
        check("/v1.0/sites/a,b,c/lists/d/columns", Endpoint::Sites);
        check("/v1.0/sites/a,b,c/lists/d/items", Endpoint::ListItems);
        check("/v1.0/Sites/a/Lists/d/Items/1/fields", Endpoint::ListItems);
        check("/beta/organization", Endpoint::Organization);
        check("/", Endpoint::Other);
        check("", Endpoint::Other);
    }

    #[test]
    fn every_endpoint_has_a_place_and_a_name_of_its_own() {
        for (index, endpoint) in Endpoint::ALL.into_iter().enumerate() {
            assert_eq!(endpoint as usize, index, "{}", endpoint.name());
        }
    }
}
