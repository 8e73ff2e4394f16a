//! What a person reads, line by line.

use super::*;
use crate::exit::Outcome;
use crate::rows::{Lens, Seen, outcome};
use domain::{
    AppliesTo, Cause, Gap, Language, Policies, ProductNames, Sku, SkuId, Snapshot, Status,
    TenantKey, Units,
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn sku(part_number: &str, enabled: Option<i64>, warning: i64, consumed: Option<i64>) -> Sku {
    Sku {
        id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        applies_to: AppliesTo::User,
        status: Status::Enabled,
        units: Units {
            enabled,
            warning: Some(warning),
            consumed,
            ..Units::default()
        },
        subscription_ids: Vec::new(),
    }
}

fn tenant(key: &str, skus: Vec<Sku>) -> TenantRows {
    let snapshot = Snapshot {
        taken_at: NOW,
        skus,
        subscriptions: None,
        remarks: vec!["an oddity".into()],
    };
    show(key, Ok(&snapshot))
}

fn unseen(key: &str) -> TenantRows {
    show(
        key,
        Err(Gap {
            at: NOW,
            cause: Cause::Denied,
            message: "Graph refuses \u{1b}[31mthis".to_owned(),
            advice: "Ask for consent".to_owned(),
        }),
    )
}

fn show(key: &str, look: Result<&Snapshot, Gap>) -> TenantRows {
    let lens = Lens {
        names: ProductNames::built_in(),
        language: Language::German,
        policies: Policies::default(),
    };
    lens.tenant(
        TenantKey::parse(key).unwrap(),
        format!("School {key}"),
        look,
        NOW,
    )
}

#[test]
fn what_needs_action_stands_on_top_and_what_was_not_seen_says_what_to_do() {
    let tenants = [
        tenant(
            "a",
            vec![
                sku("PLENTY", Some(12_000), 0, Some(3)),
                sku("OVER", Some(10), 0, Some(12)),
                sku("UNSAID", Some(10), 0, None),
                sku("FLOW_FREE", Some(10_000), 0, Some(10_000)),
            ],
        ),
        tenant(
            "b",
            vec![
                sku("GONE", Some(40), 10, Some(50)),
                sku("LOW", Some(100), 0, Some(97)),
            ],
        ),
        unseen("c"),
    ];
    let text = table(&tenants, NOW, None);
    let levels: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| {
            [
                "over-assigned",
                "exhausted",
                "unknown:",
                "low",
                "enough",
                "(exhausted)",
            ]
            .contains(word)
        })
        .collect();
    let expected = [
        "over-assigned",
        "exhausted",
        "unknown:",
        "low",
        "enough",
        "(exhausted)",
    ];
    assert_eq!(levels, expected, "{text}");
    assert!(text.contains("12'000"), "{text}");
    assert!(text.contains("School c (c) could not be looked at: Graph refuses \u{fffd}[31mthis"));
    assert!(text.contains("  → Ask for consent"));
    assert!(text.contains("School a (a): an oddity"));
    assert!(
        text.ends_with("\n2 of 3 tenants seen: 2 short, 1 low, 1 unknown\n"),
        "{text}"
    );
}

#[test]
fn the_exit_code_tells_blindness_from_shortage_from_plenty() {
    let plenty = tenant("a", vec![sku("PLENTY", Some(120), 0, Some(3))]);
    let low = tenant("a", vec![sku("LOW", Some(100), 0, Some(97))]);
    let short = tenant("a", vec![sku("OVER", Some(10), 0, Some(12))]);
    let quiet = tenant("a", vec![sku("FLOW_FREE", Some(10_000), 0, Some(10_000))]);
    let unsaid = tenant("a", vec![sku("UNSAID", None, 0, Some(1))]);
    for (tenants, expected) in [
        (vec![plenty.clone()], Outcome::Fine),
        (vec![low], Outcome::Fine),
        (vec![quiet], Outcome::Fine),
        (vec![plenty.clone(), short.clone()], Outcome::Found),
        (vec![plenty.clone(), unsaid], Outcome::Blind),
        (vec![short, unseen("b")], Outcome::Blind),
    ] {
        assert_eq!(outcome(&tenants), expected);
    }
    let Ok(Seen { as_of, .. }) = plenty.seen else {
        panic!("a snapshot is seen")
    };
    assert_eq!(as_of, NOW);
}

#[test]
fn numbers_are_grouped_and_a_missing_one_is_a_question_mark() {
    for (value, text) in [
        (Some(0), "0"),
        (Some(999), "999"),
        (Some(1000), "1'000"),
        (Some(-1_234_567), "−1'234'567"),
        (None, "?"),
    ] {
        assert_eq!(number(value), text);
    }
}
