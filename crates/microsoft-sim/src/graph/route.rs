//! What a path of Graph names. The service looks at neither the case of names nor a last slash.

use percent_encoding::percent_decode_str;

/// A resource that this stand-in knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    SubscribedSkus,
    Subscriptions,
    Organization,
}

/// One of them, by a property that no two share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) property: &'static str,
    pub(super) value: String,
}

/// A resource, and which item of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) resource: Resource,
    pub(super) key: Option<Key>,
}

/// The name that leads nowhere, as Graph says it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnknownSegment(pub(super) String);

pub(super) fn route(path: &str) -> Result<Route, UnknownSegment> {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let mut segments = path.trim_end_matches('/').split('/').skip(2).map(segment);
    let unknown = |name: &str| Err(UnknownSegment(name.to_owned()));
    let (first, mut key) = segments.next().unwrap_or_default();
    let resource = match first.to_ascii_lowercase().as_str() {
        "subscribedskus" => Resource::SubscribedSkus,
        "organization" => Resource::Organization,
        "directory" if key.is_none() => {
            let (second, its_key) = segments.next().unwrap_or_default();
            if !second.eq_ignore_ascii_case("subscriptions") {
                return unknown(second);
            }
            key = its_key;
            Resource::Subscriptions
        }
        _ => return unknown(first),
    };
    let key = match (key, segments.next()) {
        (None, None) => None,
        (Some(key), None) => {
            Some(in_brackets(resource, key).ok_or_else(|| UnknownSegment(path.to_string()))?)
        }
        (None, Some((id, None))) => Some(Key {
            property: "id",
            value: id.to_owned(),
        }),
        (_, Some((name, _))) => return unknown(name),
    };
    match segments.next() {
        Some((name, _)) => unknown(name),
        None => Ok(Route { resource, key }),
    }
}

/// A name, and what stands in brackets after it.
fn segment(text: &str) -> (&str, Option<&str>) {
    match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, key)) => (name, Some(key)),
        None => (text, None),
    }
}

/// `'id'`, or the alternate key of subscriptions.
fn in_brackets(resource: Resource, text: &str) -> Option<Key> {
    let (property, quoted) = match text.split_once('=') {
        None => ("id", text),
        Some((name, quoted))
            if resource == Resource::Subscriptions
                && name.trim().eq_ignore_ascii_case("commerceSubscriptionId") =>
        {
            ("commerceSubscriptionId", quoted)
        }
        Some(_) => return None,
    };
    let value = quoted.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some(Key {
        property,
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_names_a_resource_or_one_item_of_it() {
        let check = |path: &str, resource: Resource, key: Option<(&'static str, &str)>| {
            let key = key.map(|(property, value)| Key {
                property,
                value: value.to_owned(),
            });
            assert_eq!(route(path), Ok(Route { resource, key }), "{path}");
        };
        check("/v1.0/subscribedSkus", Resource::SubscribedSkus, None);
        check("/v1.0/SubscribedSKUs/", Resource::SubscribedSkus, None);
        check(
            "/v1.0/subscribedSkus/a_b",
            Resource::SubscribedSkus,
            Some(("id", "a_b")),
        );
        check(
            "/v1.0/subscribedSkus('a_b')",
            Resource::SubscribedSkus,
            Some(("id", "a_b")),
        );
        check(
            "/v1.0/subscribedSkus(%27a_b%27)",
            Resource::SubscribedSkus,
            Some(("id", "a_b")),
        );
        check(
            "/v1.0/directory/subscriptions",
            Resource::Subscriptions,
            None,
        );
        check(
            "/v1.0/directory/subscriptions/a",
            Resource::Subscriptions,
            Some(("id", "a")),
        );
        check(
            "/v1.0/directory/subscriptions(commerceSubscriptionId='a')",
            Resource::Subscriptions,
            Some(("commerceSubscriptionId", "a")),
        );
        check(
            "/v1.0/organization/a",
            Resource::Organization,
            Some(("id", "a")),
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_says_where_it_ends() {
        let check = |path: &str, segment: &str| {
            assert_eq!(
                route(path),
                Err(UnknownSegment(segment.to_owned())),
                "{path}"
            );
        };
        check("/v1.0/users", "users");
        check("/v1.0", "");
        check("/v1.0/directory", "");
        check("/v1.0/directory/roles", "roles");
        check("/v1.0/subscribedSkus/a/b", "b");
        check(
            "/v1.0/subscribedSkus(skuId='a')",
            "/v1.0/subscribedSkus(skuId='a')",
        );
    }

    proptest! {
        #[test]
        fn no_path_is_too_odd(path in ".{0,60}", tail in "[()'=/%a-z]{0,20}") {
            drop(route(&path));
            drop(route(&format!("/v1.0/subscribedSkus{tail}")));
            drop(route(&format!("/v1.0/directory/subscriptions{tail}")));
        }
    }
}
