//! What Entra's error codes mean and what the operator should do about each, from one table.

use std::time::Duration;

use serde::Deserialize;

use crate::credential::Credential;
use crate::error::{Error, Failure};
use crate::untrusted::{self, cleaned};

/// What follows from a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    /// Somebody has to change something.
    Refused,
    /// Later it works.
    Throttled,
    Unavailable,
}

struct Code {
    number: u32,
    then: Then,
    /// Continues "Entra refuses a token: …".
    meaning: &'static str,
    /// May name `{tenant}`, `{client}` and `{thumbprint}` of the credential.
    advice: &'static str,
}

const fn refused(number: u32, meaning: &'static str, advice: &'static str) -> Code {
    Code {
        number,
        then: Then::Refused,
        meaning,
        advice,
    }
}

const fn transient(number: u32, then: Then) -> Code {
    Code {
        number,
        then,
        meaning: "",
        advice: "",
    }
}

/// Source: Microsoft's "Microsoft Entra authentication and authorization error codes".
const CODES: &[Code] = &[
    refused(
        700_027,
        "the certificate is not registered with the app, or its signature is wrong",
        "Upload the tenant's certificate (.crt) to the app {client} under \"Certificates & \
         secrets\", or correct the profile: the thumbprint there must be {thumbprint}.",
    ),
    refused(
        700_024,
        "the assertion is outside its time",
        "Set the clock of this machine: it is several minutes wrong.",
    ),
    refused(
        700_016,
        "the app does not exist in this tenant",
        "Check client_id {client} in the tenant's profile; if it is right, an administrator of \
         the tenant {tenant} has to consent to the app first.",
    ),
    refused(
        90_002,
        "the tenant does not exist",
        "Check tenant_id {tenant} in the tenant's profile.",
    ),
    refused(
        900_023,
        "the tenant id is neither a GUID nor a domain",
        "Correct tenant_id {tenant} in the tenant's profile: it is the GUID that Entra shows as \
         \"Directory (tenant) ID\".",
    ),
    refused(
        7_000_112,
        "the app is disabled in this tenant",
        "Have an administrator of the tenant {tenant} enable the app {client} under \"Enterprise \
         applications\".",
    ),
    refused(
        7_000_215,
        "the client secret is wrong",
        "This tool signs in with a certificate: check that the authority is Microsoft's and that \
         no proxy changes requests.",
    ),
    refused(
        7_000_222,
        "the client secret has expired",
        "This tool signs in with a certificate: check that the authority is Microsoft's and that \
         no proxy changes requests.",
    ),
    refused(
        7_000_218,
        "the request arrived without its assertion",
        "Check that no proxy between this machine and Entra changes requests.",
    ),
    refused(
        1_002_012,
        "the scope is not one of an app",
        "Check the configured Graph host: it must belong to the same cloud as the authority.",
    ),
    refused(
        500_011,
        "the configured Graph is unknown in this cloud",
        "Check the configured Graph host: it must belong to the same cloud as the authority.",
    ),
    refused(
        53_003,
        "Conditional Access of the tenant blocks the app",
        "Have an administrator of the tenant {tenant} exclude the app {client} from the policy \
         for workload identities, or allow the address of this machine.",
    ),
    transient(50_196, Then::Throttled),
    transient(90_055, Then::Throttled),
    transient(90_006, Then::Unavailable),
    transient(90_024, Then::Unavailable),
    transient(90_033, Then::Unavailable),
];

/// Entra's error body; whatever is missing or of another type is left out.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    error: serde_json::Value,
    error_description: serde_json::Value,
    error_codes: serde_json::Value,
}

/// Turns an answer of the token endpoint that is no success into the caller's decision.
pub(crate) fn error(
    mut failure: Failure,
    status: u16,
    body: &[u8],
    retry_after: Option<Duration>,
    credential: &Credential,
) -> Error {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let description = body.error_description.as_str().unwrap_or_default();
    let code = known_code(&body, description);
    let number = code
        .map(|code| code.number)
        .or_else(|| first_number(&body, description));
    failure.code = number
        .map(|number| format!("AADSTS{number}"))
        .or_else(|| body.error.as_str().map(|error| cleaned(error, 60)));
    match (code.map(|code| code.then), status) {
        (Some(Then::Throttled), _) | (None, 429) => Error::throttled(failure, retry_after),
        (Some(Then::Unavailable), _) | (None, 500..) => Error::unavailable(failure, retry_after),
        _ => match code {
            Some(code) => Error::refused(failure, code.meaning, filled(code.advice, credential)),
            None if failure.code.is_some() => {
                Error::refused(failure, &first_sentence(description), UNKNOWN)
            }
            None => Error::unreadable(failure, "an error without a code"),
        },
    }
}

const UNKNOWN: &str = "Look the code up at https://login.microsoftonline.com/error, and check the \
                       app registration of this tenant.";

/// Whether an answer of discovery says that there is no tenant of that name: none is known, or the
/// name is none.
pub(crate) fn is_no_tenant(body: &[u8]) -> bool {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let description = body.error_description.as_str().unwrap_or_default();
    let code = known_code(&body, description);
    code.is_some_and(|code| matches!(code.number, 90_002 | 900_023))
}

fn known_code(body: &Body, description: &str) -> Option<&'static Code> {
    numbers(body)
        .chain(described(description))
        .find_map(|number| CODES.iter().find(|code| u64::from(code.number) == number))
}

fn first_number(body: &Body, description: &str) -> Option<u32> {
    let number = numbers(body).next().or_else(|| described(description))?;
    u32::try_from(number).ok()
}

fn numbers(body: &Body) -> impl Iterator<Item = u64> {
    body.error_codes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_u64)
}

/// The number after `AADSTS`, which also stands there when `error_codes` is missing.
fn described(description: &str) -> Option<u64> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Microsoft's own first sentence, without its code and without the ids that follow.
fn first_sentence(description: &str) -> String {
    let text = match description.split_once(": ") {
        Some((code, rest)) if code.starts_with("AADSTS") => rest,
        _ => description,
    };
    let text = text.split("Trace ID:").next().unwrap_or_default();
    let text = text.split_once(". ").map_or(text, |(first, _)| first);
    let text = cleaned(text.trim().trim_end_matches('.'), untrusted::SENTENCE);
    if text.is_empty() {
        "it does not say why".to_owned()
    } else {
        text
    }
}

fn filled(advice: &str, credential: &Credential) -> String {
    advice
        .replace("{tenant}", &cleaned(credential.tenant_id(), 60))
        .replace("{client}", &cleaned(credential.client_id(), 60))
        .replace("{thumbprint}", credential.thumbprint_sha1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_in_the_table() {
        let mut numbers: Vec<u32> = CODES.iter().map(|code| code.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), CODES.len());
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for code in CODES.iter().filter(|code| code.then == Then::Refused) {
            assert!(
                code.meaning.len() > 10 && !code.meaning.ends_with('.'),
                "{}",
                code.number
            );
            assert!(
                code.advice.len() > 20 && code.advice.ends_with('.'),
                "{}",
                code.number
            );
        }
    }

    #[test]
    fn microsofts_first_sentence_is_kept_and_no_more() {
        let check = |text: &str, expected: &str| assert_eq!(first_sentence(text), expected);
        check(
            "AADSTS50034: The user account does not exist in the directory. To sign in, add it. \
             Trace ID: 1234 Correlation ID: 5678",
            "The user account does not exist in the directory",
        );
        check("AADSTS1: Odd\r\nwords Trace ID: 1", "Odd words");
        check("no code at all.", "no code at all");
        check("AADSTS9: a note: with colons. More", "a note: with colons");
        check("", "it does not say why");
        check("AADSTS9: Trace ID: 1", "it does not say why");
        assert!(first_sentence(&"x y ".repeat(5000)).chars().count() <= 201);
    }
}
