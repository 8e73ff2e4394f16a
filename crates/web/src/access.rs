//! Every route with the role it takes, in one table: for the API's description and for the test
//! that tries each of them as everybody. What lets people in or not is the handlers' argument
//! (`caller`).

use crate::caller::Role;

/// Who may use a route; `None`: everybody, signed in or not.
pub(crate) type Access = Option<Role>;

const OPEN: Access = None;
const READ: Access = Some(Role::Reader);
const ACT: Access = Some(Role::Operator);
const ADMIN: Access = Some(Role::Admin);

/// Method, path as the router has it, and who may.
pub(crate) const ROUTES: &[(&str, &str, Access)] = &[
    ("GET", "/", OPEN),
    ("GET", "/alerts", READ),
    ("GET", "/alerts/{id}", READ),
    ("POST", "/alerts/{id}/acknowledge", ACT),
    ("POST", "/alerts/{id}/reopen", ACT),
    ("POST", "/alerts/{id}/snooze", ACT),
    ("GET", "/api/v1/auth/callback", OPEN),
    ("GET", "/api/v1/auth/front-channel-logout", OPEN),
    ("GET", "/api/v1/auth/login", OPEN),
    ("GET", "/api/v1/auth/logout", OPEN),
    ("GET", "/api/v1/docs", OPEN),
    ("GET", "/api/v1/licenses", OPEN),
    ("GET", "/api/v1/licenses/", READ),
    ("POST", "/api/v1/licenses/", ACT),
    ("GET", "/api/v1/licenses/status/show", READ),
    ("GET", "/api/v1/licenses/status/show-fetch", ACT),
    ("GET", "/api/v1/licenses/status/show-fetch/{tenant}", ACT),
    ("GET", "/api/v1/licenses/status/show/{tenant}", READ),
    ("GET", "/api/v1/licenses/status/tenant", OPEN),
    ("GET", "/api/v1/licenses/statusall", OPEN),
    ("GET", "/api/v1/licenses/{id}", READ),
    ("GET", "/api/v1/monitoring/", OPEN),
    ("GET", "/api/v1/monitoring/tenants", READ),
    ("PATCH", "/api/v1/monitoring/tenants/{id}", ACT),
    ("GET", "/api/v2/alerts", READ),
    ("GET", "/api/v2/alerts/{id}", READ),
    ("POST", "/api/v2/alerts/{id}/acknowledge", ACT),
    ("POST", "/api/v2/alerts/{id}/reopen", ACT),
    ("POST", "/api/v2/alerts/{id}/resolve", ACT),
    ("POST", "/api/v2/alerts/{id}/snooze", ACT),
    ("GET", "/api/v2/audit", ADMIN),
    ("GET", "/api/v2/audit.csv", ADMIN),
    ("GET", "/api/v2/channels", READ),
    ("GET", "/api/v2/deliveries", READ),
    ("POST", "/api/v2/deliveries/{message}/{channel}/retry", ACT),
    ("GET", "/api/v2/exports/{file}", READ),
    ("GET", "/api/v2/licenses", READ),
    ("GET", "/api/v2/licenses/{tenant}/{sku_id}/forecast", READ),
    ("GET", "/api/v2/licenses/{tenant}/{sku_id}/history", READ),
    ("GET", "/api/v2/policies", READ),
    ("DELETE", "/api/v2/policies/company", ACT),
    ("GET", "/api/v2/policies/company", READ),
    ("PUT", "/api/v2/policies/company", ACT),
    ("DELETE", "/api/v2/policies/{tenant}", ACT),
    ("GET", "/api/v2/policies/{tenant}", READ),
    ("PUT", "/api/v2/policies/{tenant}", ACT),
    ("DELETE", "/api/v2/policies/{tenant}/{sku_id}", ACT),
    ("GET", "/api/v2/policies/{tenant}/{sku_id}", READ),
    ("PUT", "/api/v2/policies/{tenant}/{sku_id}", ACT),
    ("POST", "/api/v2/refreshes", ACT),
    ("GET", "/api/v2/refreshes/{id}", READ),
    ("GET", "/api/v2/renewals", READ),
    ("GET", "/api/v2/renewals.ics", READ),
    (
        "DELETE",
        "/api/v2/renewals/{tenant}/{subscription}/pin",
        ACT,
    ),
    ("PUT", "/api/v2/renewals/{tenant}/{subscription}/pin", ACT),
    ("GET", "/api/v2/subscriptions", READ),
    ("GET", "/api/v2/tenants", READ),
    ("GET", "/api/v2/tenants/{tenant}", READ),
    ("PATCH", "/api/v2/tenants/{tenant}", ACT),
    ("GET", "/api/v2/tenants/{tenant}/changes", READ),
    ("GET", "/assets/docs.js", OPEN),
    ("GET", "/assets/icon.svg", OPEN),
    ("GET", "/assets/licensetool.css", OPEN),
    ("GET", "/assets/licensetool.js", OPEN),
    ("GET", "/audit", ADMIN),
    ("GET", "/deliveries", READ),
    ("POST", "/deliveries/retry", ACT),
    ("GET", "/events", READ),
    ("GET", "/healthz", OPEN),
    ("GET", "/licenses", READ),
    ("GET", "/monitoring", READ),
    ("POST", "/monitoring/{tenant}", ACT),
    ("POST", "/monitoring/{tenant}/refresh", ACT),
    ("GET", "/openapi.json", OPEN),
    ("GET", "/problems/{kind}", OPEN),
    ("GET", "/readyz", OPEN),
    ("GET", "/renewals", READ),
    ("POST", "/renewals/{tenant}/pin", ACT),
    ("GET", "/tenants", ADMIN),
    ("POST", "/tenants", ADMIN),
    ("GET", "/tenants/{tenant}", READ),
    ("POST", "/tenants/{tenant}/certificate", ADMIN),
    ("GET", "/tenants/{tenant}/certificate.crt", ADMIN),
    ("GET", "/tenants/{tenant}/licenses/{sku_id}", READ),
    ("GET", "/tenants/{tenant}/report", READ),
    ("GET", "/tenants/{tenant}/setup", ADMIN),
    ("POST", "/tenants/{tenant}/setup", ADMIN),
];

/// Who may do this; routes that the table does not have are nobody's.
pub(crate) fn of(method: &str, path: &str) -> Option<Access> {
    let mut rows = ROUTES.iter();
    let row = rows.find(|row| row.0.eq_ignore_ascii_case(method) && row.1 == path)?;
    Some(row.2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::DOCUMENT;

    #[test]
    fn every_operation_stands_in_the_table_and_nothing_else() {
        let paths = DOCUMENT["paths"].as_object().unwrap().iter();
        let mut described: Vec<(String, &str)> = paths
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(move |method| (method.to_ascii_uppercase(), path.as_str()))
            })
            .collect();
        let listed = ROUTES.iter();
        let mut listed: Vec<(String, &str)> = listed
            .map(|(method, path, _)| ((*method).to_owned(), *path))
            .collect();
        let by_path = |a: &(String, &str), b: &(String, &str)| (a.1, &a.0).cmp(&(b.1, &b.0));
        assert!(listed.is_sorted_by(|a, b| by_path(a, b).is_lt()), "sort it");
        described.sort_by(by_path);
        listed.sort_by(by_path);
        assert_eq!(listed, described);
    }
}
