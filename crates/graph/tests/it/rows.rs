//! What becomes of list items and answers to batches of every shape: tables of cases, and
//! properties over arbitrary ones.

use std::time::Duration;

use graph::{Field, Item, parse_batch, parse_items};
use proptest::prelude::*;
use serde_json::{Value, json};

/// As the service answers, with the people and times that nobody here wants.
fn item() -> Value {
    json!({
        "@odata.etag": "\"1d8b0e2c-6a0a-4c1b-9b1c-0f6b3f5d7c11,3\"",
        "createdDateTime": "2026-08-10T06:00:00Z",
        "eTag": "\"1d8b0e2c-6a0a-4c1b-9b1c-0f6b3f5d7c11,3\"",
        "id": "12",
        "createdBy": {"user": {"displayName": "A Person"}},
        "fields@odata.context": "…",
        "fields": {
            "@odata.etag": "\"1d8b0e2c-6a0a-4c1b-9b1c-0f6b3f5d7c11,3\"",
            "Title": "Office 365 A1 (STANDARDWOFFPACK_STUDENT)",
            "Frei": 3,
            "Anteil": 0.5,
            "Infosup": false,
            "Notiz": null,
            "AuthorLookupId": "13",
            "Auswahl@odata.type": "Collection(Edm.String)",
            "Auswahl": ["a", "b"],
            "Link": {"Url": "https://x"},
        },
    })
}

fn body(entries: &[Value]) -> Vec<u8> {
    serde_json::to_vec(&json!({"@odata.context": "…", "value": entries})).unwrap()
}

fn only(entry: Value) -> Item {
    let page = parse_items(&body(&[entry])).unwrap();
    page.items.into_iter().next().unwrap()
}

#[test]
fn an_item_is_its_id_its_state_and_its_fields() {
    let page = parse_items(&body(&[item()])).unwrap();
    assert!(page.remarks.is_empty(), "{:?}", page.remarks);
    let item = &page.items[0];
    assert_eq!(item.id, "12");
    assert_eq!(item.etag, "\"1d8b0e2c-6a0a-4c1b-9b1c-0f6b3f5d7c11,3\"");
    let text = |text: &str| Field::Text(text.to_owned());
    let expected = [
        ("Anteil", Field::Number(0.5)),
        ("Auswahl", Field::Other),
        ("AuthorLookupId", text("13")),
        ("Frei", Field::Number(3.0)),
        ("Infosup", Field::Flag(false)),
        ("Link", Field::Other),
        ("Notiz", Field::Null),
        ("Title", text("Office 365 A1 (STANDARDWOFFPACK_STUDENT)")),
    ];
    let expected = expected.map(|(name, field)| (name.to_owned(), field));
    assert!(
        item.fields.clone().into_iter().eq(expected),
        "{:?}",
        item.fields
    );
}

#[test]
fn either_etag_will_do() {
    for gone in ["eTag", "@odata.etag"] {
        let mut entry = item();
        entry.as_object_mut().unwrap().remove(gone);
        assert!(only(entry).etag.ends_with(",3\""));
    }
}

#[test]
fn a_row_that_cannot_be_known_again_makes_the_answer_unreadable() {
    let check = |change: fn(&mut Value), expected: &str| {
        let mut odd = item();
        change(&mut odd);
        let error = parse_items(&body(&[item(), odd])).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(|it| it["id"] = json!(12), "value[1]: it has no id");
    check(|it| it["id"] = json!(""), "value[1]: it has no id");
    check(
        |it| drop(it.as_object_mut().unwrap().remove("id")),
        "value[1]: it has no id",
    );
    let no_etag = |it: &mut Value| {
        it["eTag"] = Value::Null;
        it["@odata.etag"] = json!(3);
    };
    check(no_etag, "value[1]: it has no etag");
    check(
        |it| it["fields"] = Value::Null,
        "value[1]: it has no fields",
    );
    check(
        |it| drop(it.as_object_mut().unwrap().remove("fields")),
        "value[1]: it has no fields",
    );
    check(
        |it| *it = json!([]),
        "value[1]: expected an object, got an array",
    );
}

#[test]
fn what_is_too_much_of_an_item_is_not_kept() {
    let mut entry = item();
    let fields = entry["fields"].as_object_mut().unwrap();
    fields.insert("Lang".into(), json!("x".repeat(4_001)));
    fields.insert("Kurz".into(), json!("x".repeat(4_000)));
    fields.insert("Riesig".into(), json!(9_007_199_254_740_993_i64));
    fields.insert("Riesiger".into(), json!(u64::MAX));
    fields.insert("n".repeat(301), json!(1));
    let read = only(entry).fields;
    assert_eq!(read["Lang"], Field::Other);
    assert_eq!(read["Kurz"], Field::Text("x".repeat(4_000)));
    assert_eq!(
        (&read["Riesig"], &read["Riesiger"]),
        (&Field::Other, &Field::Other)
    );
    assert!(!read.contains_key(&"n".repeat(301)));

    let mut entry = item();
    entry["fields"] = (0..600).map(|n| (format!("c{n}"), json!(n))).collect();
    let page = parse_items(&body(&[entry])).unwrap();
    assert_eq!((page.items[0].fields.len(), page.remarks.len()), (500, 21));
    assert_eq!(
        page.remarks[0],
        "value[0].fields: expected at most 500 short names"
    );
}

#[test]
fn parts_of_a_batch_are_read_in_every_form_that_exists() {
    let part = |part: Value| {
        let body = json!({"responses": [part]}).to_string();
        parse_batch(body.as_bytes()).unwrap().items.remove(0)
    };
    let created = part(json!({
        "id": "3", "status": 201,
        "headers": {"ETag": "\"head,1\"", "Location": "…", "Content-Type": "application/json"},
        "body": {"@odata.etag": "\"g,1\"", "id": "12", "fields": {"Frei": 3}},
    }));
    assert_eq!((created.id.as_str(), created.status), ("3", 201));
    assert_eq!(created.item_id.as_deref(), Some("12"));
    assert_eq!(created.etag.as_deref(), Some("\"g,1\""));
    let updated = part(json!({"id": "1", "status": 200, "headers": {"etag": "\"head,1\""}}));
    assert_eq!(
        (updated.item_id, updated.etag.as_deref()),
        (None, Some("\"head,1\""))
    );

    let wait =
        |headers: Value| part(json!({"id": "1", "status": 429, "headers": headers})).retry_after;
    let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
    assert_eq!(wait(json!({"Retry-After": "7"})), seconds(7.0));
    assert_eq!(wait(json!({"retry-after": "0.5"})), seconds(0.5));
    assert_eq!(wait(json!({"Retry-After": 7})), seconds(7.0));
    assert_eq!(wait(json!({"Retry-After": 1.5})), seconds(1.5));
    let dates = json!({
        "Retry-After": "Mon, 10 Aug 2026 06:00:09 GMT", "Date": "Mon, 10 Aug 2026 06:00:00 GMT",
    });
    assert_eq!(wait(dates), seconds(9.0));
    assert_eq!(wait(json!({"Retry-After": "soon"})), None);
    assert_eq!(wait(json!({"Retry-After": ["7"]})), None);
    assert_eq!(wait(json!("7")), None);
    assert_eq!(wait(Value::Null), None);
}

#[test]
fn an_answer_to_a_batch_is_a_list_of_parts_or_nothing() {
    let check = |body: Value, expected: Result<usize, &str>| {
        let got = parse_batch(body.to_string().as_bytes());
        match expected {
            Ok(parts) => assert_eq!(got.unwrap().items.len(), parts),
            Err(words) => {
                let error = got.unwrap_err().to_string();
                assert!(error.contains(words), "{error}");
            }
        }
    };
    check(json!({"responses": []}), Ok(0));
    check(
        json!({"responses": [7, null, {"status": 200}, {"id": "1"}]}),
        Ok(1),
    );
    check(json!({"responses": [{"id": "1", "status": 70_000}]}), Ok(1));
    check(
        json!({"responses": {}}),
        Err("\"responses\" is no array but an object"),
    );
    check(json!({"value": []}), Err("it has no \"responses\""));
    check(json!([]), Err("no JSON object"));
    let many = vec![json!({"id": "1", "status": 200}); 101];
    check(json!({ "responses": many }), Err("more than 100 entries"));
    let odd = parse_batch(br#"{"responses": [{"id": "1", "status": 70000}]}"#).unwrap();
    assert_eq!(odd.items[0].status, 0);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,10}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let names = prop::sample::select(vec![
            "id",
            "eTag",
            "@odata.etag",
            "fields",
            "status",
            "headers",
            "body",
            "error",
            "value",
            "responses",
            "Retry-After",
            "innerError",
            "code",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// Equal but for the last digit, which changes with each way through text.
fn near(value: &Value, number: f64) -> bool {
    value
        .as_f64()
        .is_some_and(|it| it == number || ((it - number) / number).abs() < 1e-12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_a_field_is_it_is_kept_as_it_is_or_not_at_all(value in any_json()) {
        let mut entry = item();
        entry["fields"]["Frei"] = value.clone();
        let kept = only(entry).fields.remove("Frei").unwrap();
        match kept {
            Field::Null => prop_assert!(value.is_null()),
            Field::Flag(flag) => prop_assert_eq!(value, Value::from(flag)),
            Field::Text(text) => prop_assert_eq!(value, Value::from(text)),
            Field::Number(number) => prop_assert!(near(&value, number)),
            Field::Other => {
                prop_assert!(value.is_array() || value.is_object() || value.is_number());
            }
        }
    }

    #[test]
    fn whatever_an_entry_is_it_is_a_whole_item_or_the_answer_is_refused(
        entries in prop::collection::vec(any_json(), 0..4),
    ) {
        let whole = |entry: &Value| {
            let text = |name: &str| entry[name].as_str().is_some_and(|text| !text.is_empty());
            text("id") && (text("eTag") || text("@odata.etag")) && entry["fields"].is_object()
        };
        match parse_items(&body(&entries)) {
            Ok(page) => {
                prop_assert_eq!(page.items.len(), entries.len());
                prop_assert!(page.items.iter().all(|it| !it.id.is_empty() && !it.etag.is_empty()));
            }
            Err(_) => prop_assert!(!entries.iter().all(whole)),
        }
    }

    #[test]
    fn any_answer_to_a_batch_is_survived(
        value in any_json(), bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let body = json!({"responses": [value.clone()]}).to_string();
        let page = parse_batch(body.as_bytes()).unwrap();
        let identified = value["id"].as_str().is_some_and(|id| !id.is_empty());
        prop_assert_eq!(page.items.len(), usize::from(identified));
        let _ = parse_batch(value.to_string().as_bytes());
        let _ = parse_batch(&bytes);
        let _ = parse_items(&bytes);
    }

    #[test]
    fn a_cut_or_flipped_answer_is_survived(
        cut in 0..700_usize, at in 0..700_usize, byte in any::<u8>(),
    ) {
        let mut bytes = body(&[item()]);
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Err(error) = parse_items(bytes) {
                prop_assert!(error.to_string().chars().count() < 300);
            }
        }
    }
}
