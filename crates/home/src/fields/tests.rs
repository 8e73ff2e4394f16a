//! What a person is told about each oddity of a field.

use super::*;
use crate::json::parse_object;

/// Reads `a` (must), `b` (should) and `c` (may) and renders what was found.
fn said(json: &str) -> (Option<String>, Vec<String>) {
    let mut fields = Fields::new("", parse_object(json.as_bytes()).unwrap());
    let a = fields.text("a", Need::Must, "add it");
    fields.text("b", Need::Should, "add it");
    fields.text("c", Need::May, "add it");
    let lines = fields.finish().into_iter().map(|finding| {
        let field = finding.field.unwrap();
        format!("{:?} {field}: {}", finding.severity, finding.message)
    });
    (a, lines.collect())
}

#[test]
fn a_text_is_taken_and_every_oddity_is_said() {
    let check = |json: &str, a: Option<&str>, lines: &[&str]| {
        assert_eq!(
            said(json),
            (
                a.map(str::to_owned),
                lines.iter().copied().map(str::to_owned).collect()
            ),
            "{json}"
        );
    };
    check(r#"{"a": "x1", "b": "y1", "c": "z1"}"#, Some("x1"), &[]);
    check(
        r#"{"a": "x1", "b": "y1", "_note": 1, "$schema": ""}"#,
        Some("x1"),
        &[],
    );
    check(
        "{}",
        None,
        &["Error a: is missing", "Warning b: is missing"],
    );
    check(
        r#"{"a": null, "b": ""}"#,
        None,
        &["Error a: is missing", "Warning b: is empty"],
    );
    check(
        r#"{"a": 5, "b": ["y"], "c": {}}"#,
        None,
        &[
            "Error a: is a number where a text is expected",
            "Error b: is a list where a text is expected",
            "Error c: is an object where a text is expected",
        ],
    );
    check(
        r#"{"a": " x1\n", "b": "y1"}"#,
        Some("x1"),
        &["Warning a: has spaces around \"x1\""],
    );
    check(
        r#"{"a": "x1", "a": "x1", "b": "y1", "b": "y2"}"#,
        Some("x1"),
        &[
            "Warning a: stands there more than once",
            "Error b: stands there more than once, differently",
        ],
    );
    check(
        r#"{"a": "x1", "b": "y1", "client_secret": "hush"}"#,
        Some("x1"),
        &["Warning client_secret: is not a field of this profile"],
    );
}

#[test]
fn a_misspelt_field_is_guessed() {
    let mut fields = Fields::new("p.", parse_object(br#"{"tenantId": "x"}"#).unwrap());
    assert_eq!(fields.guid("tenant_id", "copy it"), None);
    let findings = fields.finish();
    assert_eq!(findings[0].field.as_deref(), Some("p.tenant_id"));
    assert_eq!(findings[1].field.as_deref(), Some("p.tenantId"));
    assert_eq!(findings[1].advice, "write tenant_id if that is meant");
}

#[test]
fn placeholders_are_known() {
    let placeholders = [
        "<tenant-id>",
        "<Name of the tenant>",
        "{{ tenant }}",
        "${TENANT}",
        "[id]",
        "%TENANT%",
        "YOUR_TENANT_ID",
        "your-tenant-id",
        "changeme",
        "TODO",
        "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "...",
        "00000000-0000-0000-0000-000000000000",
        "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00",
    ];
    for text in placeholders {
        assert!(placeholder(text).is_some(), "{text}");
    }
    for text in [
        "ISE School",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "0",
        "Your School",
        "Todor School",
        "<img src=x onerror=alert(1)>",
        "🦉🏫",
    ] {
        assert_eq!(placeholder(text), None, "{text}");
    }
}

#[test]
fn a_guid_is_taken_in_every_notation() {
    let same = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let check = |text: &str, expected: Option<&str>| assert_eq!(as_guid(text).as_deref(), expected);
    check(same, Some(same));
    check(&same.to_uppercase(), Some(same));
    check(&format!("{{{same}}}"), Some(same));
    check(&same.replace('-', ""), Some(same));
    check("contoso.com", None);
    check(&same[1..], None);
}

#[test]
fn a_name_with_separate_dots_is_the_same_name() {
    let mut fields = Fields::new(
        "",
        parse_object("{\"Verfu\u{308}gbar\": \"v1\"}".as_bytes()).unwrap(),
    );
    assert_eq!(
        fields.text("Verfügbar", Need::Must, "").as_deref(),
        Some("v1")
    );
    assert!(fields.finish().is_empty());
}

#[test]
fn a_missing_object_is_an_error_and_a_wrong_one_too() {
    let check = |json: &str, expected: &str| {
        let mut fields = Fields::new("", parse_object(json.as_bytes()).unwrap());
        assert!(fields.object("o", "add it").is_empty());
        assert_eq!(fields.finish()[0].message, expected);
    };
    check("{}", "is missing");
    check(r#"{"o": null}"#, "is missing");
    check(r#"{"o": "x"}"#, "is a text where an object is expected");
}
