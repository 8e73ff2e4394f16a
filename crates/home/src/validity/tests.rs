//! A certificate through its life, and every claim about it that can be wrong.

use super::*;
use crate::Severity;
use crate::certificate::parse_pem;
use crate::specimen::{KEY, certificate, now, pkcs8};
use jiff::civil::date;

/// Valid since 30 days, and for 365 more.
fn specimen() -> Certificate {
    let text = format!("{}{}", pkcs8(&KEY), certificate(&KEY, "own", 365).pem());
    parse_pem(text.as_bytes()).unwrap()
}

fn in_days(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

#[test]
fn a_certificate_through_its_life() {
    let certificate = specimen();
    let early = "the certificate CN=own is valid from 2026-10-24T12:00:00Z on";
    let check = |day, expected: Option<(Severity, &str)>, turns: Option<i64>| {
        let found = by_the_clock(&certificate, None, in_days(day));
        let said = found.as_ref().map(|f| (f.severity, f.message.as_str()));
        assert_eq!(said, expected, "day {day}");
        let changes = changes_at(&certificate, in_days(day));
        assert_eq!(changes, turns.map(in_days), "day {day}");
        let ends = expected.is_some_and(|(_, message)| message != early);
        assert_eq!(certificate.ends_soon(in_days(day)), ends, "day {day}");
    };
    check(-31, Some((Severity::Error, early)), Some(-30));
    check(-30, None, Some(335));
    check(0, None, Some(335));
    check(334, None, Some(335));
    let soon = "the certificate CN=own ends on 2027-11-23 (30 days left)";
    check(335, Some((Severity::Warning, soon)), Some(365));
    let last = "the certificate CN=own ends on 2027-11-23 (1 day left)";
    check(364, Some((Severity::Warning, last)), Some(365));
    let ended = "the certificate CN=own has ended on 2027-11-23";
    check(365, Some((Severity::Error, ended)), None);
    check(9999, Some((Severity::Error, ended)), None);
}

#[test]
fn who_replaces_a_tenants_certificate_is_told_its_key() {
    let key = TenantKey::parse("ise").unwrap();
    let advice = |tenant| {
        let found = by_the_clock(&specimen(), tenant, in_days(340));
        found.unwrap().advice
    };
    assert!(advice(Some(&key)).contains("`licensetool tenant rotate ise`"));
    assert!(advice(None).contains("docs/home.md"));
}

#[test]
fn a_profile_that_says_something_else_is_told_both_values() {
    let certificate = specimen();
    let check = |thumbprint: Option<&str>, expires, expected: &[String]| {
        let registration = Registration {
            thumbprint: thumbprint.and_then(Thumbprint::parse),
            expires,
            ..Registration::default()
        };
        let found = against_profile(&registration, &certificate);
        let said: Vec<String> = found
            .into_iter()
            .map(|f| format!("{:?} {}: {}", f.severity, f.field.unwrap(), f.message))
            .collect();
        assert_eq!(said, expected);
    };
    let (sha1, sha256) = (&certificate.thumbprint_sha1, &certificate.thumbprint_sha256);
    check(None, None, &[]);
    check(Some(sha1), Some(date(2027, 11, 23)), &[]);
    check(Some(&sha256.to_lowercase()), Some(date(2027, 11, 24)), &[]);
    let (other1, other256) = ("A".repeat(40), "A".repeat(64));
    let thumbprint = |said: &str, is: &str| {
        format!("Error thumbprint: is {said} here, but {is} in the certificate")
    };
    let expires = "Error expires: is 2027-11-25 here, but 2027-11-23 in the certificate";
    check(
        Some(&other1),
        Some(date(2027, 11, 25)),
        &[thumbprint(&other1, sha1), expires.to_owned()],
    );
    check(Some(&other256), None, &[thumbprint(&other256, sha256)]);
}

#[test]
fn an_info_file_only_warns() {
    let certificate = specimen();
    let check = |info: &str, expected: &[&str]| {
        let found = against_info(info.as_bytes(), &certificate);
        assert!(found.iter().all(|f| f.severity == Severity::Warning));
        let said: Vec<String> = found
            .into_iter()
            .map(|f| format!("{}: {}", f.field.as_deref().unwrap_or("-"), f.message))
            .collect();
        assert_eq!(said, expected, "{info}");
    };
    check(
        r#"{"thumbprint": "unknown", "expires": 5, "owner": "IT"}"#,
        &[],
    );
    check(
        r#"{"not_after": "2027-11-23T12:00:00Z", "not_before": "24.10.2026"}"#,
        &[],
    );
    check(
        r#"{"not_after": "2026-01-01", "valid_from": "2020-01-01"}"#,
        &[
            "not_after: is 2026-01-01 here, but 2027-11-23 in the certificate",
            "valid_from: is 2020-01-01 here, but 2026-10-24 in the certificate",
        ],
    );
    let other = "A".repeat(40);
    let thumbprint = format!(
        "thumbprint: is {other} here, but {} in the certificate",
        certificate.thumbprint_sha1
    );
    check(&format!("{{\"thumbprint\": \"{other}\"}}"), &[&thumbprint]);
    check(
        "[",
        &["-: is no JSON: line 1, column 1: EOF while parsing a list"],
    );
}
