//! What becomes of answers of every shape: tables of cases, and properties over arbitrary ones.

use graph::{
    CompanySubscription, PrepaidUnits, SubscribedSku, parse_organization, parse_subscribed_skus,
    parse_subscriptions, parse_token,
};
use proptest::prelude::*;
use serde_json::{Value, json};

type ReadCount = fn(&SubscribedSku) -> Option<i64>;

fn sku() -> Value {
    json!({
        "id": "48a80680-7326-48cd-9935-b556b81d3a4e_c7df2760-2c81-4ef7-b578-5b5392b571df",
        "skuId": "c7df2760-2c81-4ef7-b578-5b5392b571df",
        "skuPartNumber": "ENTERPRISEPREMIUM",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": 14,
        "prepaidUnits": {"enabled": 25, "suspended": 1, "warning": 2, "lockedOut": 3},
        "servicePlans": [{"servicePlanId": "8c098270-9dd4-4350-9b30-ba4703f3b36b"}],
        "subscriptionIds": ["dc60f6b4-0a30-4b6f-8a3b-7f7e7c2f6d11"],
    })
}

fn subscription() -> Value {
    json!({
        "id": "dc60f6b4-0a30-4b6f-8a3b-7f7e7c2f6d11",
        "commerceSubscriptionId": "58d83f4a-8b4a-4b28-9f1a-0a8f52e3c1de",
        "skuId": "c7df2760-2c81-4ef7-b578-5b5392b571df",
        "skuPartNumber": "ENTERPRISEPREMIUM",
        "status": "Warning",
        "totalLicenses": 25,
        "isTrial": false,
        "createdDateTime": "2023-01-01T00:00:00Z",
        "nextLifecycleDateTime": "2026-09-01T00:00:00Z",
        "serviceStatus": [],
    })
}

fn body(entries: &[Value]) -> Vec<u8> {
    serde_json::to_vec(&json!({"@odata.context": "…", "value": entries})).unwrap()
}

/// One SKU of which one field was changed (`null` by `remove`), with its remarks.
fn changed(field: &str, to: Option<Value>) -> (SubscribedSku, Vec<String>) {
    let mut entry = sku();
    let parent = if field.contains('/') {
        "/prepaidUnits"
    } else {
        ""
    };
    let name = field.rsplit('/').next().unwrap();
    let object = entry.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match to {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
    let page = parse_subscribed_skus(&body(&[entry])).unwrap();
    (page.items.into_iter().next().unwrap(), page.remarks)
}

#[test]
fn a_regular_sku_is_read_whole_and_without_remarks() {
    let page = parse_subscribed_skus(&body(&[sku()])).unwrap();
    let expected = SubscribedSku {
        id: Some(
            "48a80680-7326-48cd-9935-b556b81d3a4e_c7df2760-2c81-4ef7-b578-5b5392b571df".into(),
        ),
        sku_id: Some("c7df2760-2c81-4ef7-b578-5b5392b571df".parse().unwrap()),
        sku_part_number: Some("ENTERPRISEPREMIUM".into()),
        applies_to: Some("User".into()),
        capability_status: Some("Enabled".into()),
        consumed_units: Some(14),
        prepaid_units: PrepaidUnits {
            enabled: Some(25),
            suspended: Some(1),
            warning: Some(2),
            locked_out: Some(3),
        },
        subscription_ids: vec!["dc60f6b4-0a30-4b6f-8a3b-7f7e7c2f6d11".into()],
    };
    assert_eq!(page.items, [expected]);
    assert_eq!((page.remarks, page.next_link), (vec![], None));
}

#[test]
fn a_regular_subscription_is_read_whole_and_without_remarks() {
    let page = parse_subscriptions(&body(&[subscription()])).unwrap();
    let expected = CompanySubscription {
        id: Some("dc60f6b4-0a30-4b6f-8a3b-7f7e7c2f6d11".into()),
        commerce_subscription_id: Some("58d83f4a-8b4a-4b28-9f1a-0a8f52e3c1de".into()),
        sku_id: Some("c7df2760-2c81-4ef7-b578-5b5392b571df".parse().unwrap()),
        sku_part_number: Some("ENTERPRISEPREMIUM".into()),
        status: Some("Warning".into()),
        total_licenses: Some(25),
        is_trial: Some(false),
        created: Some("2023-01-01T00:00:00Z".parse().unwrap()),
        next_lifecycle: Some("2026-09-01T00:00:00Z".parse().unwrap()),
    };
    assert_eq!(page.items, [expected]);
    assert!(page.remarks.is_empty());
}

#[test]
fn a_number_that_cannot_be_is_unknown_and_never_0() {
    let check = |to: Option<Value>, expected: Option<i64>, remark: &str| {
        let fields: [(&str, ReadCount); 5] = [
            ("consumedUnits", |sku| sku.consumed_units),
            ("prepaidUnits/enabled", |sku| sku.prepaid_units.enabled),
            ("prepaidUnits/warning", |sku| sku.prepaid_units.warning),
            ("prepaidUnits/suspended", |sku| sku.prepaid_units.suspended),
            ("prepaidUnits/lockedOut", |sku| sku.prepaid_units.locked_out),
        ];
        for (field, read) in fields {
            let (sku, remarks) = changed(field, to.clone());
            assert_eq!(read(&sku), expected, "{field}: {to:?}");
            let place = format!("value[0].{}", field.replace('/', "."));
            let remark = (!remark.is_empty()).then(|| format!("{place}: {remark}"));
            assert_eq!(remarks, Vec::from_iter(remark));
            assert!(sku.sku_part_number.is_some(), "the others stay");
        }
    };
    check(Some(json!(0)), Some(0), "");
    check(Some(json!(i32::MAX)), Some(2_147_483_647), "");
    check(None, None, "missing");
    check(Some(json!(null)), None, "expected a number, got null");
    check(
        Some(json!("many")),
        None,
        r#"expected a number, got "many""#,
    );
    check(Some(json!("14")), None, r#"expected a number, got "14""#);
    check(Some(json!("")), None, r#"expected a number, got """#);
    check(Some(json!(true)), None, "expected a number, got true");
    check(Some(json!([1, 2])), None, "expected a number, got an array");
    check(
        Some(json!({"n": 1})),
        None,
        "expected a number, got an object",
    );
    check(Some(json!(14.5)), None, "expected a number, got 14.5");
    check(Some(json!(1e300)), None, "expected a number, got 1e300");
    check(Some(json!(-1)), None, "expected a number, got -1");
    check(
        Some(json!(2_147_483_648_i64)),
        None,
        "expected a number, got 2147483648",
    );
    check(
        Some(json!(u64::MAX)),
        None,
        "expected a number, got 1.8446744073709552e19",
    );
}

#[test]
fn other_fields_are_kept_or_left_out_one_by_one() {
    let check = |field: &str, to: Value, holds: fn(&SubscribedSku) -> bool, remark: &str| {
        let (sku, remarks) = changed(field, Some(to.clone()));
        assert!(holds(&sku), "{field} = {to}: {sku:?}");
        assert_eq!(remarks.join("; "), remark);
        assert_eq!(sku.consumed_units, Some(14));
    };
    check(
        "capabilityStatus",
        json!("Foo"),
        |s| s.capability_status.as_deref() == Some("Foo"),
        "",
    );
    check(
        "appliesTo",
        json!("Robot"),
        |s| s.applies_to.as_deref() == Some("Robot"),
        "",
    );
    check(
        "skuPartNumber",
        json!("a\"Zürich\n"),
        |s| s.sku_part_number.is_some(),
        "",
    );
    check(
        "skuPartNumber",
        json!(7),
        |s| s.sku_part_number.is_none(),
        "value[0].skuPartNumber: expected a text, got 7",
    );
    check(
        "skuId",
        json!("no guid"),
        |s| s.sku_id.is_none(),
        r#"value[0].skuId: expected a GUID, got "no guid""#,
    );
    check(
        "prepaidUnits",
        json!([1]),
        |s| s.prepaid_units == PrepaidUnits::default(),
        "value[0].prepaidUnits: expected an object, got an array",
    );
    check(
        "subscriptionIds",
        json!(["a", 1, "b"]),
        |s| s.subscription_ids == ["a", "b"],
        "value[0].subscriptionIds[1]: expected one of at most 1000 texts, got 1",
    );
    check(
        "subscriptionIds",
        json!(null),
        |s| s.subscription_ids.is_empty(),
        "value[0].subscriptionIds: expected an array of texts, got null",
    );
    check("new", json!({"deep": [[[]]]}), |_| true, "");
}

#[test]
fn a_subscription_keeps_what_can_be_read() {
    let check = |field: &str, to: Value, remark: &str| {
        let mut entry = subscription();
        entry[field] = to;
        let page = parse_subscriptions(&body(&[entry])).unwrap();
        assert_eq!(page.remarks.join("; "), remark);
        assert_eq!(page.items[0].status.as_deref(), Some("Warning"));
    };
    check(
        "isTrial",
        json!("no"),
        r#"value[0].isTrial: expected true or false, got "no""#,
    );
    check(
        "totalLicenses",
        json!("x"),
        r#"value[0].totalLicenses: expected a number, got "x""#,
    );
    let time = "value[0].nextLifecycleDateTime: expected a time, got";
    check(
        "nextLifecycleDateTime",
        json!("2026-09-01"),
        &format!("{time} \"2026-09-01\""),
    );
    check("nextLifecycleDateTime", json!(null), "");
    check("nextLifecycleDateTime", json!(7), &format!("{time} 7"));
    check(
        "nextLifecycleDateTime",
        json!("2026-09-01T02:00:00.5+02:00"),
        "",
    );
    check(
        "createdDateTime",
        json!("9999-99-99T00:00:00Z"),
        "value[0].createdDateTime: expected \
        a time, got \"9999-99-99T00:00:00Z\"",
    );
}

#[test]
fn an_entry_that_is_no_object_is_remarked_and_the_others_stay() {
    let entries = [
        json!(1),
        sku(),
        json!(null),
        json!("x"),
        json!([sku()]),
        sku(),
    ];
    let page = parse_subscribed_skus(&body(&entries)).unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!(
        page.remarks,
        [
            "value[0]: expected an object, got 1",
            "value[2]: expected an object, got null",
            "value[3]: expected an object, got \"x\"",
            "value[4]: expected an object, got an array",
        ]
    );
}

#[test]
fn remarks_are_bounded_in_number_and_length() {
    let mut entry = sku();
    entry["consumedUnits"] = json!("x".repeat(100_000));
    let page = parse_subscribed_skus(&body(&vec![entry; 100])).unwrap();
    assert_eq!(page.items.len(), 100);
    assert_eq!(page.remarks.len(), 21);
    assert_eq!(page.remarks[20], "and 80 more");
    assert!(
        page.remarks
            .iter()
            .all(|remark| remark.chars().count() < 200)
    );
}

#[test]
fn a_text_that_is_too_long_to_be_one_is_left_out() {
    let (sku, remarks) = changed("skuPartNumber", Some(json!("x".repeat(1_001))));
    assert_eq!(sku.sku_part_number, None);
    assert_eq!(remarks.len(), 1);
    let (sku, _) = changed("skuPartNumber", Some(json!("x".repeat(1_000))));
    assert_eq!(sku.sku_part_number.map(|text| text.len()), Some(1_000));
}

#[test]
fn an_answer_that_makes_no_sense_is_unreadable() {
    let check = |text: &str, reason: &str| {
        let error = parse_subscribed_skus(text.as_bytes()).expect_err(text);
        let expected = format!("Graph's answer to subscribedSkus makes no sense: {reason}");
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, graph::Error::Unreadable { .. }));
        assert!(error.advice().contains("Nothing of this answer was taken"));
    };
    check("", "it ends too early");
    check(r#"{"value": [{"id": "#, "it ends too early");
    check("<html>busy</html>", "it is not JSON (line 1, column 1)");
    check(r#"{"value": []} x"#, "it is not JSON (line 1, column 15)");
    check("{}", "it has no \"value\"");
    check("[]", "it is no JSON object but an array");
    check("\"text\"", "it is no JSON object but \"text\"");
    check("null", "it is no JSON object but null");
    check(
        r#"{"value": null}"#,
        "\"value\" is no array but null at line 1 column 15",
    );
    check(
        r#"{"value": {}}"#,
        "\"value\" is no array but an object at line 1 column 13",
    );
    check(
        r#"{"value": [], "value": []}"#,
        "it has \"value\" twice at line 1 column 21",
    );
    check(
        r#"{"value": [], "@odata.nextLink": 7}"#,
        "\"@odata.nextLink\" is no text but 7 at line 1 column 35",
    );
    let error = parse_subscribed_skus(format!("{:?}", "y".repeat(5_000)).as_bytes()).unwrap_err();
    assert!(error.to_string().chars().count() < 300, "{error}");
}

#[test]
fn a_next_link_is_given_out_as_it_stands() {
    let check = |text: &str, expected: Option<&str>| {
        let page = parse_organization(text.as_bytes()).unwrap();
        assert_eq!(page.next_link.as_deref(), expected);
    };
    check(r#"{"value": []}"#, None);
    check(r#"{"value": [], "@odata.nextLink": null}"#, None);
    check(
        r#"{"@odata.nextLink": "https:\/\/a/b", "value": []}"#,
        Some("https://a/b"),
    );
}

#[test]
fn deep_nesting_is_skipped_or_refused_but_harmless() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let answer = format!(r#"{{"value": [], "more": {deep}}}"#);
    assert!(parse_subscribed_skus(answer.as_bytes()).is_ok());
    let open = format!(r#"{{"value": {}"#, "[".repeat(100_000));
    assert!(parse_subscribed_skus(open.as_bytes()).is_err());
}

#[test]
fn a_token_is_read_or_refused_and_never_shown() {
    let check = |answer: Value, expected: Result<u64, &str>| {
        let got = parse_token(&serde_json::to_vec(&answer).unwrap());
        match (got, expected) {
            (Ok(token), Ok(seconds)) => {
                assert_eq!(token.expires_in.as_secs(), seconds);
                assert!(!format!("{token:?}").contains("s3cret"));
            }
            (Err(error), Err(words)) => assert!(error.to_string().ends_with(words), "{error}"),
            (got, expected) => panic!("{answer}: {got:?} instead of {expected:?}"),
        }
    };
    let token = |expires_in: Value| {
        let mut answer = json!({"token_type": "Bearer", "access_token": "s3cret"});
        answer["expires_in"] = expires_in;
        answer
    };
    check(token(json!(3599)), Ok(3599));
    check(token(json!("3599")), Ok(3599));
    check(token(json!(null)), Ok(0));
    check(token(json!(-5)), Ok(0));
    check(token(json!(u64::MAX)), Ok(86_400));
    check(
        json!({"token_type": "bearer", "access_token": "s3cret"}),
        Ok(0),
    );
    check(
        json!({"access_token": "s3cret"}),
        Err("its token is not of the type Bearer"),
    );
    check(
        json!({"token_type": "Bearer"}),
        Err("it has no access token"),
    );
    check(
        json!({"token_type": "Bearer", "access_token": ""}),
        Err("it has no access token"),
    );
    check(
        json!({"token_type": "Bearer", "access_token": 7}),
        Err("it has no access token"),
    );
    let line_break = json!({"token_type": "Bearer", "access_token": "s3cret\nX: y"});
    check(
        line_break,
        Err("its access token cannot be sent in a header"),
    );
    check(json!([]), Err("its token is not of the type Bearer"));
    assert!(
        parse_token(b"<html>")
            .unwrap_err()
            .to_string()
            .ends_with("it is not JSON")
    );
}

/// What a reader by tree sees in an answer, to compare with.
fn as_tree(entry: &Value) -> SubscribedSku {
    let text = |name: &str| {
        entry[name]
            .as_str()
            .filter(|text| text.len() <= 1000)
            .map(ToOwned::to_owned)
    };
    let count = |value: &Value| {
        value
            .as_i64()
            .filter(|n| (0..=i64::from(i32::MAX)).contains(n))
    };
    let units = &entry["prepaidUnits"];
    SubscribedSku {
        id: text("id"),
        sku_id: text("skuId").and_then(|text| text.parse().ok()),
        sku_part_number: text("skuPartNumber"),
        applies_to: text("appliesTo"),
        capability_status: text("capabilityStatus"),
        consumed_units: count(&entry["consumedUnits"]),
        prepaid_units: PrepaidUnits {
            enabled: count(&units["enabled"]),
            warning: count(&units["warning"]),
            suspended: count(&units["suspended"]),
            locked_out: count(&units["lockedOut"]),
        },
        subscription_ids: entry["subscriptionIds"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(ToOwned::to_owned))
            .collect(),
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..100_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("2026-01-01T00:00:00Z")),
        Just(json!("c7df2760-2c81-4ef7-b578-5b5392b571df")),
    ];
    let name = prop::sample::select(vec![
        "id",
        "value",
        "skuId",
        "consumedUnits",
        "prepaidUnits",
        "enabled",
        "lockedOut",
        "odd",
        "subscriptionIds",
        "@odata.nextLink",
        "totalLicenses",
        "isTrial",
    ]);
    leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// A list in which some fields of some SKUs are anything.
fn mutated_skus() -> impl Strategy<Value = Vec<Value>> {
    let field = prop::sample::select(vec![
        "/id",
        "/skuId",
        "/skuPartNumber",
        "/appliesTo",
        "/capabilityStatus",
        "/consumedUnits",
        "/prepaidUnits",
        "/prepaidUnits/enabled",
        "/prepaidUnits/warning",
        "/prepaidUnits/suspended",
        "/prepaidUnits/lockedOut",
        "/subscriptionIds",
        "",
    ]);
    let entry = prop::collection::vec((field, any_json()), 0..4).prop_map(|changes| {
        changes
            .into_iter()
            .fold(sku(), |mut entry, (field, value)| {
                if let Some(place) = entry.pointer_mut(field) {
                    *place = value;
                }
                entry
            })
    });
    prop::collection::vec(entry, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_the_fields_are_exactly_what_stands_there_is_read(entries in mutated_skus()) {
        let page = parse_subscribed_skus(&body(&entries)).unwrap();
        let expected: Vec<_> = entries.iter().filter(|e| e.is_object()).map(as_tree).collect();
        prop_assert_eq!(page.items, expected);
        prop_assert!(page.remarks.len() <= 21);
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let body = serde_json::to_vec(&value).unwrap();
        let readable = value["value"].is_array()
            && (value["@odata.nextLink"].is_string() || value["@odata.nextLink"].is_null());
        prop_assert_eq!(parse_subscribed_skus(&body).is_ok(), readable);
        prop_assert_eq!(parse_subscriptions(&body).is_ok(), readable);
        prop_assert_eq!(parse_organization(&body).is_ok(), readable);
        let _ = parse_token(&body);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_subscribed_skus(&bytes);
        let _ = parse_subscriptions(&bytes);
        let _ = parse_organization(&bytes);
        let _ = parse_token(&bytes);
    }

    #[test]
    fn a_cut_or_flipped_answer_is_survived_and_its_message_is_short(
        cut in 0..600_usize, at in 0..600_usize, byte in any::<u8>(),
    ) {
        let mut bytes = body(&[sku()]);
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..cut]] {
            if let Err(error) = parse_subscribed_skus(bytes) {
                prop_assert!(error.to_string().chars().count() < 300);
            }
        }
    }
}
