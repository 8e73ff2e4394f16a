//! SharePoint lists against a stub: what goes over the wire, and what becomes of every write when
//! answers are odd, late, contradictory or lost.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use graph::{
    Client, ColumnKind, Error, Field, Fields, NewColumn, Settings, Site, Write, WriteError, Written,
};
use serde_json::{Value, json};

use crate::stub::{Reply, Stub, answer, asks_for_token, credential, token};

const SITE: &str = "school.example,1,2";

/// What Graph says to the body of a batch, given how often it has been asked before.
type Answers = fn(usize, &[Value]) -> Vec<u8>;

async fn stub(answers: Answers) -> Stub {
    let asked = Mutex::new(0);
    Stub::replying(move |request| {
        if asks_for_token(request) {
            return token("t", 3599);
        }
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        let bytes = answers(*asked - 1, &parts_of(request));
        match bytes.is_empty() {
            true => Reply::Silence,
            false => Reply::Bytes(bytes),
        }
    })
    .await
}

fn body_of(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_default()
}

fn parts_of(request: &str) -> Vec<Value> {
    let parts = &body_of(request)["requests"];
    parts.as_array().cloned().unwrap_or_default()
}

/// The answer to a batch.
fn batch(responses: Vec<Value>) -> Vec<u8> {
    ok(&json!({ "responses": Value::Array(responses) }))
}

fn ok(body: &Value) -> Vec<u8> {
    answer(200, "", body.to_string().as_bytes())
}

/// One part as Microsoft answers it when all goes well.
fn done(part: &Value) -> Value {
    let (status, body) = match part["method"].as_str().unwrap() {
        "POST" => (201, json!({"id": "77", "@odata.etag": "\"g,1\""})),
        "PATCH" => (200, json!({"@odata.etag": "\"g,2\"", "Frei": 1})),
        _ => (204, Value::Null),
    };
    json!({"id": part["id"], "status": status, "body": body})
}

fn refused(part: &Value, status: u16, code: &str) -> Value {
    let error = json!({"code": code, "message": "No.", "innerError": {"request-id": "r"}});
    let headers = json!({"Retry-After": "0.05"});
    let body = json!({"error": error});
    json!({"id": part["id"], "status": status, "headers": headers, "body": body})
}

fn fields(free: f64) -> Fields {
    Fields::from([("Frei".to_owned(), Field::Number(free))])
}

fn create() -> Write {
    Write::Create {
        fields: fields(1.0),
    }
}

fn update() -> Write {
    let (id, etag) = ("7".to_owned(), "\"g,1\"".to_owned());
    Write::Update {
        id,
        etag,
        fields: fields(1.0),
    }
}

fn delete() -> Write {
    let (id, etag) = ("7".to_owned(), "\"g,1\"".to_owned());
    Write::Delete { id, etag }
}

fn site_with(stub: &Stub, change: impl FnOnce(&mut Settings)) -> Site {
    let mut settings = stub.settings();
    settings.max_attempts = 3;
    settings.request_timeout = Duration::from_secs(10);
    change(&mut settings);
    Client::new(&settings)
        .unwrap()
        .tenant(credential())
        .site(SITE)
}

/// What became of the writes, and how many batches that took.
async fn written(answers: Answers, writes: &[Write]) -> (Vec<Result<Written, WriteError>>, usize) {
    let stub = stub(answers).await;
    let results = site_with(&stub, |_| ()).write("l", writes).await;
    assert_eq!(results.len(), writes.len());
    (results, stub.counts().1)
}

/// The variant, and of an error inside its variant too.
fn kind(result: &Result<Written, WriteError>) -> String {
    let inner = |error: &Error| {
        assert!(!error.advice().is_empty());
        format!("{error:?}")
            .split([' ', '('])
            .next()
            .unwrap()
            .to_owned()
    };
    match result {
        Ok(_) => "Written".into(),
        Err(WriteError::Unclear(error)) => format!("Unclear {}", inner(error)),
        Err(WriteError::NotDone(error)) => format!("NotDone {}", inner(error)),
        Err(other) => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_batch_says_what_to_write_where_and_under_which_condition() {
    let stub = stub(|_, parts| batch(parts.iter().rev().map(done).collect())).await;
    let text = |text: &str| Field::Text(text.into());
    let fields = Fields::from([
        ("Title".to_owned(), text("ü \"q\"")),
        ("Frei".to_owned(), Field::Number(3.0)),
        ("Anteil".to_owned(), Field::Number(0.5)),
        ("Infosup".to_owned(), Field::Flag(true)),
        ("Notiz".to_owned(), Field::Null),
    ]);
    let writes = [Write::Create { fields }, update(), delete()];
    let results = site_with(&stub, |_| ()).write("the list", &writes).await;
    let requests = stub.requests();
    let head = requests[1].split("\r\n\r\n").next().unwrap();
    for words in [
        "POST /v1.0/$batch HTTP",
        "content-type: application/json\r\n",
        "authorization: Bearer t\r\n",
        "client-request-id: ",
        "x-ms-throttle-priority: low",
    ] {
        assert!(head.contains(words), "{words} in {head}");
    }
    let list = "/sites/school.example,1,2/lists/the%20list/items";
    let expected = json!({"requests": [
        {
            "id": "1", "method": "POST", "url": list,
            "headers": {"Content-Type": "application/json"},
            "body": {"fields": {
                "Title": "ü \"q\"", "Frei": 3, "Anteil": 0.5, "Infosup": true, "Notiz": null,
            }},
        },
        {
            "id": "2", "method": "PATCH", "url": format!("{list}/7/fields"),
            "headers": {"Content-Type": "application/json", "If-Match": "\"g,1\""},
            "body": {"Frei": 1},
        },
        {
            "id": "3", "method": "DELETE", "url": format!("{list}/7"),
            "headers": {"If-Match": "\"g,1\""},
        },
    ]});
    assert_eq!(body_of(&requests[1]), expected);
    assert!(requests[1].contains("\"Frei\":3,"), "no fraction");
    let written = |id: &str, etag: Option<&str>| {
        Ok(Written {
            id: id.into(),
            etag: etag.map(str::to_owned),
        })
    };
    assert_eq!(
        results,
        [
            written("77", Some("\"g,1\"")),
            written("7", Some("\"g,2\"")),
            written("7", None),
        ]
    );
}

#[tokio::test]
async fn many_writes_go_in_batches_of_20_and_come_back_in_their_order() {
    let stub = stub(|n, parts| {
        let created = |part: &Value| {
            let id = format!("{n}.{}", part["id"].as_str().unwrap());
            json!({"id": part["id"], "status": 201, "body": {"id": id}})
        };
        batch(parts.iter().rev().map(created).collect())
    })
    .await;
    let writes: Vec<Write> = (0..45).map(|_| create()).collect();
    let results = site_with(&stub, |_| ()).write("l", &writes).await;
    for (index, result) in results.iter().enumerate() {
        let id = format!("{}.{}", index / 20, index % 20 + 1);
        assert_eq!(result.as_ref().unwrap().id, id);
    }
    let sizes: Vec<usize> = stub.requests()[1..]
        .iter()
        .map(|r| parts_of(r).len())
        .collect();
    assert_eq!(sizes, [20, 20, 5]);
    assert!(site_with(&stub, |_| ()).write("l", &[]).await.is_empty());
}

/// How each status of a part ends for a create, an update and a delete, and how many batches that
/// takes with three attempts.
#[tokio::test]
async fn every_status_of_a_part_leads_to_one_decision() {
    let check = async |answers: Answers, expected: [&str; 3], batches: usize| {
        let (results, sent) = written(answers, &[create(), update(), delete()]).await;
        let kinds: Vec<String> = results.iter().map(kind).collect();
        assert_eq!(kinds, expected);
        assert_eq!(sent, batches, "{expected:?}");
    };
    macro_rules! all {
        ($status:expr, $code:expr) => {
            |_, parts| {
                batch(
                    parts
                        .iter()
                        .map(|part| refused(part, $status, $code))
                        .collect(),
                )
            }
        };
    }
    check(all!(412, "preconditionFailed"), ["Changed"; 3], 1).await;
    check(all!(409, "resourceModified"), ["Changed"; 3], 1).await;
    check(all!(409, "nameAlreadyExists"), ["Exists"; 3], 1).await;
    check(all!(409, "conflict"), ["NotDone Unreadable"; 3], 1).await;
    check(
        all!(404, "itemNotFound"),
        ["NotDone Gone", "Gone", "Gone"],
        1,
    )
    .await;
    check(all!(400, "invalidRequest"), ["NotDone Unreadable"; 3], 1).await;
    check(all!(403, "accessDenied"), ["NotDone Denied"; 3], 1).await;
    check(all!(424, ""), ["NotDone Unreadable"; 3], 1).await;
    check(
        all!(401, "InvalidAuthenticationToken"),
        ["NotDone Refused"; 3],
        2,
    )
    .await;
    check(
        all!(429, "activityLimitReached"),
        ["NotDone Throttled"; 3],
        3,
    )
    .await;
    let unclear = ["Unclear Unavailable"; 3];
    check(all!(503, "serviceNotAvailable"), unclear, 3).await;
    check(all!(504, ""), unclear, 3).await;
    check(all!(408, ""), ["Unclear Unreadable"; 3], 1).await;
    check(all!(302, ""), ["Unclear Unreadable"; 3], 1).await;
    check(all!(0, ""), ["Unclear Unreadable"; 3], 1).await;
}

#[tokio::test]
async fn a_code_may_stand_inside() {
    let (results, _) = written(
        |_, parts| {
            let error = json!({"code": "conflict", "innerError": {"code": "resourceModified"}});
            batch(vec![
                json!({"id": parts[0]["id"], "status": 409, "body": {"error": error}}),
            ])
        },
        &[update()],
    )
    .await;
    assert_eq!(results, [Err(WriteError::Changed)]);
}

#[tokio::test]
async fn a_throttled_part_waits_and_is_sent_again_alone() {
    let stub = stub(|n, parts| {
        let throttle = |part: &Value| match n == 0 && part["method"] == "POST" {
            true => refused(part, 429, "activityLimitReached"),
            false => done(part),
        };
        batch(parts.iter().map(throttle).collect())
    })
    .await;
    let started = Instant::now();
    let results = site_with(&stub, |_| ())
        .write("l", &[update(), create(), delete()])
        .await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert!(started.elapsed() >= Duration::from_millis(50));
    let requests = stub.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(parts_of(&requests[2]).len(), 1);
    assert_eq!(
        parts_of(&requests[2])[0]["id"],
        "1",
        "its place in its new batch"
    );
}

#[tokio::test]
async fn a_repeat_that_meets_a_new_state_is_not_called_a_success() {
    let (results, sent) = written(
        |n, parts| {
            let (status, code) = if n == 0 {
                (503, "")
            } else {
                (412, "preconditionFailed")
            };
            batch(
                parts
                    .iter()
                    .map(|part| refused(part, status, code))
                    .collect(),
            )
        },
        &[update()],
    )
    .await;
    assert_eq!((results, sent), (vec![Err(WriteError::Changed)], 2));
}

#[tokio::test]
async fn a_doubt_outlives_what_is_certain_about_the_last_attempt() {
    let (results, _) = written(
        |n, parts| {
            let status = if n == 0 { 503 } else { 403 };
            batch(parts.iter().map(|part| refused(part, status, "")).collect())
        },
        &[update()],
    )
    .await;
    assert_eq!(kind(&results[0]), "Unclear Unavailable");
}

#[tokio::test]
async fn odd_answers_leave_in_doubt_what_they_do_not_say() {
    let check = async |answers: Answers, expected: &[&str]| {
        let writes = [create(), update(), delete()];
        let (results, sent) = written(answers, &writes).await;
        let kinds: Vec<String> = results.iter().map(kind).collect();
        assert_eq!(kinds, expected);
        assert_eq!(sent, 1);
    };
    let unclear = ["Unclear Unreadable"; 3];
    check(|_, _| batch(vec![]), &unclear).await;
    check(|_, _| ok(&json!({"value": []})), &unclear).await;
    check(|_, _| ok(&json!({"responses": null})), &unclear).await;
    check(|_, _| ok(&json!([])), &unclear).await;
    check(|_, _| answer(200, "", b"<html>"), &unclear).await;
    check(|_, _| answer(204, "", b""), &unclear).await;
    check(|_, _| answer(302, "Location: /\r\n", b""), &unclear).await;
    check(
        |_, parts| {
            batch(vec![
                done(&parts[1]),
                json!({"id": "99", "status": 200}),
                json!(7),
            ])
        },
        &["Unclear Unreadable", "Written", "Unclear Unreadable"],
    )
    .await;
    check(
        |_, parts| {
            let twice = [done(&parts[0]), refused(&parts[0], 400, "")];
            batch(
                twice
                    .into_iter()
                    .chain([done(&parts[1]), done(&parts[2])])
                    .collect(),
            )
        },
        &["Unclear Unreadable", "Written", "Written"],
    )
    .await;
    check(
        |_, parts| {
            let odd = |body: Value| json!({"id": "1", "status": 201, "body": body});
            let numbered = json!({"id": 2, "status": 200});
            let text = json!({"id": parts[2]["id"], "status": "204"});
            batch(vec![odd(json!({"id": ""})), numbered, text])
        },
        &unclear,
    )
    .await;
}

#[tokio::test]
async fn a_lost_answer_leaves_everything_in_doubt_and_nothing_is_repeated() {
    let check = async |answers: Answers, timeout: u64, expected: &str| {
        let stub = stub(answers).await;
        let site = site_with(&stub, |settings| {
            settings.request_timeout = Duration::from_secs(timeout);
        });
        for result in site.write("l", &[create(), update(), delete()]).await {
            assert_eq!(kind(&result), expected);
        }
        assert_eq!(stub.counts().1, 1);
    };
    check(|_, _| Vec::new(), 1, "Unclear TimedOut").await;
    let cut_off = |_: usize, parts: &[Value]| {
        let whole = batch(parts.iter().map(done).collect());
        whole[..whole.len() - 1].to_vec()
    };
    check(cut_off, 10, "Unclear Unreachable").await;
    check(
        |_, _| b"nonsense\r\n\r\n".to_vec(),
        10,
        "Unclear Unreachable",
    )
    .await;
}

#[tokio::test]
async fn after_a_broken_connection_the_rest_goes_on_and_after_a_silence_it_does_not() {
    let writes: Vec<Write> = (0..25).map(|_| create()).collect();
    let check = async |answers: Answers, timeout: u64, rest: &str, batches: usize| {
        let stub = stub(answers).await;
        let site = site_with(&stub, |settings| {
            settings.request_timeout = Duration::from_secs(timeout);
        });
        let results = site.write("l", &writes).await;
        assert!(
            results[..20]
                .iter()
                .all(|it| kind(it).starts_with("Unclear "))
        );
        assert!(
            results[20..].iter().all(|it| kind(it) == rest),
            "{:?}",
            results[24]
        );
        assert_eq!(stub.counts().1, batches);
    };
    let broken: Answers = |n, parts| match n {
        0 => b"nonsense\r\n\r\n".to_vec(),
        _ => batch(parts.iter().map(done).collect()),
    };
    check(broken, 10, "Written", 2).await;
    check(|_, _| Vec::new(), 1, "NotDone TimedOut", 1).await;
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_judged_by_its_status() {
    let check = async |answers: Answers, expected: [&str; 2], batches: usize| {
        let (results, sent) = written(answers, &[create(), update()]).await;
        let kinds: Vec<String> = results.iter().map(kind).collect();
        assert_eq!(kinds, expected);
        assert_eq!(sent, batches, "{expected:?}");
    };
    macro_rules! once {
        ($status:expr) => {
            |n, parts| match n {
                0 => answer($status, "Retry-After: 0\r\n", b""),
                _ => batch(parts.iter().map(done).collect()),
            }
        };
    }
    check(once!(429), ["Written", "Written"], 2).await;
    check(once!(401), ["Written", "Written"], 2).await;
    check(once!(503), ["Unclear Unavailable", "Written"], 2).await;
    check(once!(500), ["Unclear Unavailable", "Written"], 2).await;
    check(once!(400), ["NotDone Unreadable"; 2], 1).await;
    check(once!(403), ["NotDone Denied"; 2], 1).await;
    check(once!(404), ["NotDone Gone"; 2], 1).await;
    let always: Answers = |_, _| answer(429, "Retry-After: 0\r\n", b"");
    check(always, ["NotDone Throttled"; 2], 3).await;
    let refused: Answers = |_, _| answer(401, "", b"");
    check(refused, ["NotDone Refused"; 2], 2).await;
}

#[tokio::test]
async fn what_would_repeat_itself_stops_the_rest() {
    let writes: Vec<Write> = (0..45).map(|_| create()).collect();
    let check = async |answers: Answers, first: &str, rest: &str, batches: usize| {
        let (results, sent) = written(answers, &writes).await;
        assert_eq!(kind(&results[0]), first);
        assert_eq!(kind(&results[44]), rest);
        assert_eq!(sent, batches);
    };
    macro_rules! all {
        ($status:expr) => {
            |_, parts| {
                batch(
                    parts
                        .iter()
                        .map(|part| refused(part, $status, ""))
                        .collect(),
                )
            }
        };
    }
    check(all!(403), "NotDone Denied", "NotDone Denied", 1).await;
    check(all!(404), "NotDone Gone", "NotDone Gone", 1).await;
    check(all!(503), "Unclear Unavailable", "Unclear Unavailable", 3).await;
    check(all!(400), "NotDone Unreadable", "NotDone Unreadable", 3).await;
    let long: Answers = |_, _| answer(429, "Retry-After: 5000\r\n", b"");
    check(long, "NotDone Throttled", "NotDone Throttled", 1).await;
}

#[tokio::test]
async fn a_host_that_is_not_there_has_written_nothing() {
    let stub = stub(|_, _| Vec::new()).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let site = site_with(&stub, |settings| {
        settings.cloud.graph.set_port(Some(free)).unwrap();
    });
    for result in site.write("l", &[create(), update()]).await {
        assert_eq!(kind(&result), "NotDone Unreachable");
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_not_sent() {
    let stub = stub(|_, parts| batch(parts.iter().map(done).collect())).await;
    let update = |etag: &str, field: Field| Write::Update {
        id: "7".into(),
        etag: etag.into(),
        fields: Fields::from([("Frei".to_owned(), field)]),
    };
    let writes = [
        update("e", Field::Number(f64::NAN)),
        update("e", Field::Other),
        update("", Field::Number(1.0)),
        update("e", Field::Number(1.0)),
    ];
    let results = site_with(&stub, |_| ()).write("l", &writes).await;
    let kinds: Vec<String> = results.iter().map(kind).collect();
    let not = "NotDone Unreadable";
    assert_eq!(kinds, [not, not, not, "Written"]);
    let error = results[0].as_ref().unwrap_err();
    let words = "the value of the column Frei is unwritable";
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.advice().contains("field_mapping"));
    assert_eq!(parts_of(&stub.requests()[1]).len(), 1);
}

#[tokio::test]
async fn the_quota_bounds_a_call_and_the_rest_is_told_so() {
    let stub = stub(|_, parts| batch(parts.iter().map(done).collect())).await;
    let site = site_with(&stub, |settings| {
        settings.site_units_per_minute = 160;
        settings.site_deadline = Duration::from_secs(5);
    });
    let writes: Vec<Write> = (0..45).map(|_| create()).collect();
    let results = site.write("l", &writes).await;
    assert!(results[..20].iter().all(Result::is_ok));
    let error = results[20].as_ref().unwrap_err();
    assert_eq!(kind(&results[44]), "NotDone Throttled");
    let words = "the write was not carried out: the write to the SharePoint list was not sent: \
                 within SharePoint's quota its turn comes in ";
    assert!(error.to_string().starts_with(words), "{error}");
    assert!(error.advice().contains("site_deadline"));
    assert_eq!(stub.counts().1, 1);

    let site = site_with(&stub, |settings| settings.site_deadline = Duration::ZERO);
    assert_eq!(
        kind(&site.write("l", &[create()]).await[0]),
        "NotDone TimedOut"
    );
}

/// A site that answers each call of the test below in turn.
async fn obliging_site() -> Stub {
    stub(|n, _| {
        let list = json!({"id": "l", "name": "Lizenzen", "displayName": "Lizenzen"});
        match n {
            0 => ok(&json!({"id": SITE, "displayName": "S", "webUrl": "https://s"})),
            1 => ok(&json!({"value": [list, {"name": "no id"}]})),
            2 => ok(&json!({"value": [
                {"name": "Frei", "displayName": "Frei", "number": {}, "indexed": false,
                 "required": false, "readOnly": false, "hidden": false},
                {"name": "Tag", "dateTime": {}, "text": null, "hidden": "no"},
                {"displayName": "no name", "text": {}},
            ]})),
            3 => ok(&json!({"value": []})),
            4 => ok(&json!({"id": "7", "eTag": "\"g,1\"", "fields": {"Frei": 2}})),
            5 => answer(201, "", list.to_string().as_bytes()),
            _ => answer(201, "", br#"{"name": "Infosup", "boolean": {}}"#),
        }
    })
    .await
}

/// What the test below asks for, after the token.
fn asked_exactly(requests: &[String]) {
    let lines: Vec<&str> = requests[1..]
        .iter()
        .map(|r| r.lines().next().unwrap())
        .collect();
    let at = |method: &str, path: &str| format!("{method} /v1.0/sites/{SITE}{path} HTTP/1.1");
    assert_eq!(
        lines,
        [
            at("GET", "?$select=id,displayName,webUrl"),
            at("GET", "/lists"),
            at("GET", "/lists/l/columns"),
            at(
                "GET",
                "/lists/l/items?$expand=fields($select=Title,Frei)&$top=5000"
            ),
            at("GET", "/lists/l/items/7?$expand=fields"),
            at("POST", "/lists"),
            at("POST", "/lists/l/columns"),
        ]
    );
    let column = json!({
        "name": "Infosup", "displayName": "Infosup", "boolean": {},
        "indexed": true, "required": false,
    });
    let list = json!({
        "displayName": "Lizenzen", "columns": [column], "list": {"template": "genericList"},
    });
    assert_eq!(body_of(&requests[6]), list);
    assert_eq!(body_of(&requests[7]), column);
}

#[tokio::test]
async fn a_site_is_asked_for_exactly_what_is_needed() {
    let stub = obliging_site().await;
    let site = site_with(&stub, |_| ());
    let about = site.about().await.unwrap();
    assert_eq!(about.id.as_deref(), Some(SITE));

    let lists = site.lists().await.unwrap();
    assert_eq!((lists.items.len(), lists.items[0].id.as_str()), (1, "l"));
    assert!(
        lists.remarks.contains(&"value[1]: it has no id".to_owned()),
        "{lists:?}"
    );

    let columns = site.columns("l").await.unwrap();
    let kinds: Vec<_> = columns
        .items
        .iter()
        .map(|it| (it.name.as_str(), it.kind))
        .collect();
    assert_eq!(
        kinds,
        [("Frei", ColumnKind::Number), ("Tag", ColumnKind::DateTime)]
    );
    assert_eq!(
        (columns.items[0].hidden, columns.items[1].hidden),
        (Some(false), None)
    );

    assert!(
        site.items("l", &["Title", "Frei"])
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let item = site.item("l", "7").await.unwrap();
    assert_eq!(
        (item.etag.as_str(), &item.fields["Frei"]),
        ("\"g,1\"", &Field::Number(2.0))
    );

    let column = NewColumn {
        name: "Infosup".into(),
        display_name: None,
        kind: ColumnKind::Boolean,
        indexed: true,
        required: false,
    };
    let list = site
        .create_list("Lizenzen", std::slice::from_ref(&column))
        .await
        .unwrap();
    assert_eq!(list.id, "l");
    assert_eq!(
        site.create_column("l", &column).await.unwrap().kind,
        ColumnKind::Boolean
    );

    asked_exactly(&stub.requests());
}

#[tokio::test]
async fn each_error_of_a_site_says_what_to_do_about_it() {
    let check = async |status: u16, sentence: &str, advice: &str| {
        let bytes = answer(status, "", br#"{"error": {"code": "c", "message": "No."}}"#);
        let stub = Stub::start(move |_| bytes.clone()).await;
        let error = site_with(&stub, |_| ()).items("l", &[]).await.unwrap_err();
        assert!(error.to_string().starts_with(sentence), "{error}");
        assert!(error.advice().contains(advice), "{}", error.advice());
    };
    let items = "the items of the SharePoint list";
    let granted = "Sites.Selected, grant admin consent for it, and grant it the role \"write\" on \
                   this one site";
    check(403, &format!("Graph denies {items}: No"), granted).await;
    let ids = "site_id and the list's id in the SharePoint profile";
    check(404, &format!("Graph does not know {items}"), ids).await;
    check(400, &format!("Graph rejects {items}: No"), "field_mapping").await;
}

#[tokio::test]
async fn a_new_list_is_asked_for_once_unless_it_was_throttled() {
    let check = async |status: u16, requests: usize, variant: &str| {
        let bytes = answer(status, "Retry-After: 0\r\n", b"");
        let stub = Stub::start(move |_| bytes.clone()).await;
        let error = site_with(&stub, |_| ())
            .create_list("L", &[])
            .await
            .unwrap_err();
        let role = error.advice().contains("\"manage\"");
        assert_eq!(role, status == 403, "{}", error.advice());
        assert!(format!("{error:?}").starts_with(variant), "{error:?}");
        assert_eq!(stub.counts().1, requests, "{status}");
    };
    check(429, 3, "Throttled").await;
    check(401, 2, "Refused").await;
    check(503, 1, "Unavailable").await;
    check(409, 1, "Unreadable").await;
    check(403, 1, "Denied").await;
    check(201, 1, "Unreadable").await;
}

#[tokio::test]
async fn a_list_may_have_more_pages_and_entries_than_a_tenant_has_products() {
    let stub = Stub::replying(|request| {
        if asks_for_token(request) {
            return token("t", 3599);
        }
        let host = request
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap();
        let page: usize = request.split_once("$skiptoken=").map_or(0, |(_, rest)| {
            rest.split(' ').next().unwrap().parse().unwrap()
        });
        let items: Vec<Value> = (0..5_000)
            .map(|n| json!({"id": format!("{page}.{n}"), "eTag": "e", "fields": {}}))
            .collect();
        let mut body = json!({"value": items});
        if page < 4 {
            let link = format!("http://{host}/v1.0/x?$skiptoken={}", page + 1);
            body["@odata.nextLink"] = Value::from(link);
        }
        Reply::Bytes(ok(&body))
    })
    .await;
    let site = site_with(&stub, |settings| settings.page_limit = 1);
    let items = site.items("l", &[]).await.unwrap().items;
    assert_eq!(items.len(), 25_000);
    assert_eq!(items[24_999].id, "4.4999");
}
