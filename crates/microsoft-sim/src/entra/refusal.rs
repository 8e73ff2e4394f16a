//! How Entra says no: a code, a sentence, and ids for its support.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::endpoint::Endpoint;
use crate::html;
use crate::message::Reply;

/// A request that Entra does not fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) message: String,
    status: u16,
    error: &'static str,
}

/// Codes with their status and OAuth error. Source: "Microsoft Entra authentication and
/// authorization error codes".
const CODES: &[(u32, u16, &str)] = &[
    (50_011, 400, "invalid_request"),
    (50_012, 401, "invalid_client"),
    (50_020, 400, "access_denied"),
    (50_027, 400, "invalid_request"),
    (50_049, 400, "invalid_instance"),
    (50_058, 400, "login_required"),
    (50_059, 400, "invalid_request"),
    (50_147, 400, "invalid_request"),
    (50_148, 400, "invalid_grant"),
    (50_194, 400, "invalid_request"),
    (50_196, 400, "invalid_grant"),
    (53_003, 400, "interaction_required"),
    (54_005, 400, "invalid_grant"),
    (65_004, 400, "access_denied"),
    (70_000, 400, "invalid_grant"),
    (70_003, 400, "unsupported_grant_type"),
    (70_005, 400, "unsupported_response_type"),
    (70_008, 400, "invalid_grant"),
    (70_011, 400, "invalid_scope"),
    (90_002, 400, "invalid_request"),
    (90_006, 503, "temporarily_unavailable"),
    (90_023, 400, "invalid_request"),
    (90_024, 503, "temporarily_unavailable"),
    (90_033, 503, "temporarily_unavailable"),
    (90_055, 429, "temporarily_unavailable"),
    (500_011, 400, "invalid_resource"),
    (500_112, 401, "invalid_client"),
    (500_113, 400, "invalid_request"),
    (501_481, 400, "invalid_grant"),
    (501_491, 400, "invalid_request"),
    (700_005, 400, "invalid_grant"),
    (700_016, 400, "unauthorized_client"),
    (700_021, 401, "invalid_client"),
    (700_023, 401, "invalid_client"),
    (700_024, 401, "invalid_client"),
    (700_027, 401, "invalid_client"),
    (900_023, 400, "invalid_request"),
    (900_144, 400, "invalid_request"),
    (900_561, 400, "invalid_request"),
    (1_002_012, 400, "invalid_scope"),
    (5_002_738, 401, "invalid_client"),
    (7_000_112, 401, "unauthorized_client"),
    (7_000_215, 401, "invalid_client"),
    (7_000_218, 401, "invalid_client"),
    (7_000_222, 401, "invalid_client"),
    (9_002_313, 400, "invalid_request"),
];

impl Refusal {
    pub(crate) fn new(code: u32, message: impl Into<String>) -> Refusal {
        let known = CODES.iter().find(|(known, ..)| *known == code);
        let (status, error) = known.map_or((400, "invalid_request"), |it| (it.1, it.2));
        Refusal {
            code,
            message: message.into(),
            status,
            error,
        }
    }

    /// Discovery has another OAuth error than the token endpoint for the same tenant.
    pub(crate) fn at_discovery(self) -> Refusal {
        Refusal {
            error: "invalid_tenant",
            ..self
        }
    }

    /// A parameter that the form lacks.
    pub(crate) fn missing(parameter: &str) -> Refusal {
        let message =
            format!("The request body must contain the following parameter: '{parameter}'.");
        Refusal::new(900_144, message)
    }

    pub(crate) fn method(endpoint: Endpoint, method: &str) -> Refusal {
        let accepted = if endpoint == Endpoint::Token {
            "POST"
        } else {
            "GET"
        };
        let message =
            format!("The endpoint only accepts {accepted} requests. Received a {method} request.");
        Refusal::new(900_561, message)
    }

    pub(crate) fn reply(&self, base_url: &str, correlation: Uuid, now: Timestamp) -> Reply {
        let told = self.told(correlation, now);
        let body = json!({
            "error": self.error,
            "error_description": told.description,
            "error_codes": [self.code],
            "timestamp": told.timestamp,
            "trace_id": told.trace,
            "correlation_id": correlation,
            "error_uri": format!("{base_url}/error?code={}", self.code),
        });
        super::reply(self.status(), &body)
    }

    /// For people, who are not led back to an app.
    pub(crate) fn page(&self, correlation: Uuid, now: Timestamp) -> Reply {
        let told = self.told(correlation, now);
        let body = format!(
            "<p>Sorry, but we are having trouble with signing you in.</p>\n\
             <p role=\"alert\">AADSTS{}: {}</p>\n\
             <p><small>Trace ID: {}</small><small>Correlation ID: {correlation}</small>\
             <small>Timestamp: {}</small></p>\n",
            self.code,
            html::escape(&self.message),
            told.trace,
            told.timestamp,
        );
        html::page(self.status(), "Sign in", &body)
    }

    /// What an app learns at its redirect address.
    pub(crate) fn parameters(&self, correlation: Uuid, now: Timestamp) -> [(String, String); 2] {
        let description = self.told(correlation, now).description;
        let pairs = [("error", self.error), ("error_description", &*description)];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).expect("the table holds statuses of HTTP")
    }

    fn told(&self, correlation: Uuid, now: Timestamp) -> Told {
        let trace = Uuid::new_v4();
        let timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.code, self.message
        );
        Told {
            trace,
            timestamp,
            description,
        }
    }
}

/// A refusal with what only this one has.
struct Told {
    trace: Uuid,
    timestamp: String,
    description: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_its_code_three_times_and_its_ids_twice() {
        let correlation = Uuid::from_u128(7);
        let now = "2026-08-10T06:00:00Z".parse().unwrap();
        let refusal = Refusal::new(700_016, "No such app.");
        let reply = refusal.reply("https://sim", correlation, now);
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(body["error"], "unauthorized_client");
        assert_eq!(body["error_codes"], json!([700_016]));
        assert_eq!(body["timestamp"], "2026-08-10 06:00:00Z");
        assert_eq!(body["correlation_id"], correlation.to_string());
        assert_eq!(body["error_uri"], "https://sim/error?code=700016");
        let expected = format!(
            "AADSTS700016: No such app. Trace ID: {} Correlation ID: {correlation} Timestamp: \
             2026-08-10 06:00:00Z",
            body["trace_id"].as_str().unwrap()
        );
        assert_eq!(body["error_description"], expected);
    }

    #[test]
    fn every_code_stands_once_in_the_table_in_order() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
