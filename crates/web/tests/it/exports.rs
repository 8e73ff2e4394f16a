//! Files to take away: exact texts, workbooks read back by another's reader, and names that would
//! be formulas or no names of sheets.

use std::io::Cursor;

use axum::http::{Request, StatusCode};
use calamine::{Data, Range, Reader as _, Xlsx};
use jiff::SignedDuration;
use serde_json::Value;
use web::{Export, ExportFormat, ExportSource, ExportWish, Exported, Separator};

use crate::evaluator::{evaluate, troubled};
use crate::fixture::{Answer, Service, entry, key, minutes_ago, now, purchase, seen, sku};

async fn file(service: &Service, path: &str) -> Answer {
    let answer = service.get(&format!("/api/v2/exports/{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer
}

/// The cells of each line after the first, by the names in the first.
fn rows(text: &str) -> Vec<Vec<(String, String)>> {
    let mut lines = csv(text).into_iter();
    let head = lines.next().unwrap();
    let named = |line: Vec<String>| head.iter().cloned().zip(line).collect();
    lines.map(named).collect()
}

/// No quoted cells here: what has them is compared as a whole.
fn csv(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    text.split_terminator("\r\n").map(cells).collect()
}

fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    let found = row.iter().find(|(column, _)| column == name);
    &found.unwrap_or_else(|| panic!("no {name} in {row:?}")).1
}

/// The sheets of a workbook, in their order.
fn sheets(bytes: Vec<u8>) -> Vec<(String, Range<Data>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheets()
}

fn texts(range: &Range<Data>, row: usize) -> Vec<String> {
    let row = range.rows().nth(row).unwrap();
    row.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn csv_is_exactly_so() {
    let service = Service::schools().await;
    let answer = file(
        &service,
        "licenses.csv?tenant=alpha&language=de&level=low,exhausted",
    )
    .await;
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"licenses-alpha-2026-08-17.csv\""
    );
    let expected = "\
        tenant,tenant_name,product,level,level_name,free,consumed,assignable,enabled,warning,\
        suspended,locked_out,status,trial,next_change,excluded_from_alerts,as_of,\
        unknown_because,gap_since,gap,part_number,sku_id\r\n\
        alpha,Alpha School,EXHAUSTED,exhausted,aufgebraucht,0,10,10,10,0,0,0,Enabled,false,,\
        false,2026-08-17T06:05:00Z,,,,EXHAUSTED,0e7b5ae8-2831-5fe7-a1b6-9418af909924\r\n\
        alpha,Alpha School,Office 365 A1 für Schüler und Studenten,low,knapp,1,99,100,100,0,0,0,\
        Enabled,false,,false,2026-08-17T06:05:00Z,,,,STANDARDWOFFPACK_STUDENT,\
        314c4481-f395-4525-be8b-2ec4bb1e9d91\r\n";
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn ndjson_is_exactly_so() {
    let service = Service::schools().await;
    let answer = file(&service, "licenses.ndjson?tenant=new").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let expected = concat!(
        r#"{"tenant":"new","tenant_name":"New School","level":"unknown","#,
        r#""level_name":"unknown","unknown_because":"never collected","#,
        r#""as_of":null,"gap":null}"#,
    );
    assert_eq!(answer.text(), format!("{expected}\n"));
}

#[tokio::test]
async fn ndjson_has_the_shapes_of_version_2() {
    let service = Service::schools().await;
    for what in ["licenses", "subscriptions"] {
        let listed = service.get(&format!("/api/v2/{what}?limit=1000")).await;
        let listed = listed.json()["items"].as_array().unwrap().clone();
        let exported = file(&service, &format!("{what}.ndjson")).await.text();
        let lines = exported
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let (seen, not_seen): (Vec<Value>, Vec<Value>) =
            lines.partition(|line: &Value| line.get("part_number").is_some());
        assert_eq!(seen.len(), listed.len(), "{what}");
        for (mut line, item) in seen.into_iter().zip(listed) {
            let gap = line.as_object_mut().unwrap().remove("gap");
            assert!(what == "subscriptions" || gap == Some(Value::Null));
            assert_eq!(line, item);
        }
        let unseen: Vec<&str> = not_seen
            .iter()
            .map(|line| line["tenant"].as_str().unwrap())
            .collect();
        match what {
            "licenses" => assert_eq!(unseen, ["denied", "new"]),
            _ => assert_eq!(unseen, ["beta", "denied", "new"]),
        }
        assert_eq!(not_seen[unseen.len() - 2]["gap"]["cause"], "denied");
    }
}

#[tokio::test]
async fn a_tenant_that_was_never_seen_is_unknown_and_not_left_out() {
    let service = Service::schools().await;
    let text = file(&service, "licenses.csv?level=unknown").await.text();
    let rows = rows(&text.replace("\"<img src=x onerror=alert(1)> 🎓 & \"\"'\"", ""));
    let tenants: Vec<&str> = rows.iter().map(|row| cell(row, "tenant")).collect();
    assert_eq!(tenants, ["beta", "denied", "new"]);
    let denied = &rows[1];
    assert_eq!(
        ["level", "free", "as_of", "gap", "unknown_because"].map(|name| cell(denied, name)),
        [
            "unknown",
            "",
            "",
            "Graph refuses the permission.",
            "never collected"
        ]
    );
    let low = file(&service, "licenses.csv?level=low").await.text();
    assert!(!low.contains("denied"), "{low}");
}

#[tokio::test]
async fn separator_and_mark_are_as_excel_wants_them() {
    let service = Service::schools().await;
    let plain = file(&service, "licenses.csv?tenant=alpha").await.text();
    let marked = file(
        &service,
        "licenses.csv?tenant=alpha&separator=semicolon&bom=true",
    );
    let marked = marked.await.text();
    assert!(marked.starts_with("\u{feff}tenant;tenant_name;"));
    assert_eq!(marked[3..].replace(';', ","), plain);
    let signed = file(&service, "licenses.csv?tenant=alpha&separator=%3B").await;
    assert_eq!(signed.text(), marked[3..]);
}

/// A school whose every name is an attack, or at least a nuisance.
async fn hostile() -> Service {
    let service = Service::empty().await;
    let tenants = [
        ("dde", "=cmd|'/c calc'!A0"),
        ("emoji", &"🎓".repeat(200)),
        ("long-1", "A Name That Is Longer Than Thirty-One, East"),
        ("long-2", "a name that is longer than thirty-one, West"),
        ("odd", "'[Odd]: */?\\ \"name\", a\tb\r\nc'"),
        ("reserved", "History"),
    ];
    let entries = tenants.map(|(key, name)| entry(key, name));
    service
        .store()
        .sync_tenants(&entries, minutes_ago(60))
        .await
        .unwrap();
    let parts = [
        "+1+1",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "=1,2;3",
        "plain \"quoted\"",
    ];
    for (tenant, _) in tenants {
        let skus = parts.iter().map(|part| sku(part, 1234, 1240)).collect();
        service.look(tenant, seen(minutes_ago(1), skus, None)).await;
    }
    service
}

#[tokio::test]
async fn no_name_becomes_a_formula() {
    let service = hostile().await;
    for separator in ["comma", "semicolon"] {
        let path = format!("licenses.csv?separator={separator}");
        let text = file(&service, &path).await.text();
        let sign = if separator == "comma" { ',' } else { ';' };
        let mut lines = parsed(&text, sign);
        let head = lines.remove(0);
        assert_eq!(lines.len(), 36);
        for line in &lines {
            assert_eq!(line.len(), head.len(), "{line:?}");
            for (name, cell) in head.iter().zip(line) {
                let is_number = cell.parse::<i64>().is_ok();
                let starts = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                assert!(!starts || is_number, "{name}: {cell:?}");
            }
        }
        let free = head.iter().position(|name| name == "free").unwrap();
        assert_eq!(lines[0][free], "-6", "a number stays one");
        assert!(text.contains("'=cmd|'/c calc'!A0"));
    }
}

/// CSV by the letter of RFC 4180, to compare with what another wrote.
fn parsed(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => cell.extend(signs.next()),
            '"' => quoted = !quoted,
            sign if sign == separator && !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted && signs.peek() == Some(&'\n') => {
                signs.next();
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            sign => cell.push(sign),
        }
    }
    assert!(!quoted && cell.is_empty() && line.is_empty());
    lines
}

#[tokio::test]
async fn a_workbook_reads_back_as_it_was_meant() {
    let service = Service::schools().await;
    let answer = file(&service, "licenses.xlsx?language=de").await;
    assert!(answer.header("content-disposition").ends_with(".xlsx\""));
    let sheets = sheets(answer.body);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Übersicht",
            "Alpha School",
            "Schule <b>Beta< b> 🏫",
            "Denied School",
            "New School"
        ]
    );
    let overview = &sheets[0].1;
    assert_eq!(texts(overview, 0)[0], "Lizenzen");
    assert_eq!(
        texts(overview, 3),
        [
            "Name",
            "Mandant",
            "überbelegt",
            "aufgebraucht",
            "knapp",
            "unbekannt",
            "genügend",
            "Zeilen",
            "Älteste Zahlen"
        ]
    );
    assert_eq!(
        texts(overview, 4)[..8],
        ["Alpha School", "alpha", "1", "1", "1", "0", "1", "4"]
    );
    let alpha = &sheets[1].1;
    assert_eq!(
        texts(alpha, 0)[..6],
        ["Mandant", "Name", "Produkt", "Stand", "Frei", "Gebraucht"]
    );
    let over = alpha.rows().find(|row| row[2] == "OVER").unwrap();
    assert_eq!(over[3], Data::String("überbelegt".to_owned()));
    assert_eq!(over[4], Data::Float(-2.0), "a number, with its sign");
    assert!(
        over.iter().any(|cell| matches!(cell, Data::DateTime(at)
            if at.to_ymd_hms_milli() == (2026, 8, 17, 6, 5, 0, 0))),
        "when it was seen: {over:?}"
    );
}

#[tokio::test]
async fn hostile_names_make_sheets_that_excel_opens() {
    let service = hostile().await;
    let sheets = sheets(file(&service, "licenses.xlsx").await.body);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Overview",
            "=cmd|' c calc'!A0",
            &"🎓".repeat(15),
            "A Name That Is Longer Than Thir",
            "a name that is longer than (2)",
            "Odd \"name\", a b c",
            "History (2)"
        ]
    );
    for (name, sheet) in &sheets[1..] {
        assert_eq!(sheet.height(), 7, "{name}");
        let cells = sheet.rows().skip(1).flat_map(|row| &row[1..3]);
        for text in cells {
            assert!(matches!(text, Data::String(_)), "{text:?} in {name}");
        }
    }
    assert_eq!(texts(&sheets[1].1, 1)[1], "=cmd|'/c calc'!A0", "as it is");
    assert_eq!(texts(&sheets[2].1, 1)[1], "🎓".repeat(200));
}

#[tokio::test]
async fn subscriptions_say_what_is_known_of_their_end() {
    let service = Service::schools().await;
    let text = file(&service, "subscriptions.csv?tenant=alpha")
        .await
        .text();
    let rows = rows(&text);
    let of = |id: &str| rows.iter().find(|row| cell(row, "id") == id).unwrap();
    let p1 = of("p-1");
    assert_eq!(
        [
            "total",
            "outlook",
            "evidence",
            "next_change",
            "free_if_it_ends"
        ]
        .map(|name| cell(p1, name)),
        [
            "60",
            "unknown",
            "The date alone does not say.",
            "2027-07-31T00:00:00Z",
            "20"
        ]
    );
}

#[tokio::test]
async fn alerts_go_on_or_were_over_lately() {
    let service = troubled().await;
    let going_on = file(&service, "alerts.csv").await.text();
    let listed = service.get("/api/v2/alerts?limit=1000").await.json();
    let count = listed["items"].as_array().unwrap().len();
    assert!(count > 4);
    assert_eq!(parsed(&going_on, ',').len(), count + 1);
    // The shortage of one product is over.
    let skus = vec![sku("EXHAUSTED", 50, 10)];
    let bought = vec![purchase("p-1", "EXHAUSTED", 50, "2027-07-31T00:00:00Z")];
    service.look("alpha", seen(now(), skus, Some(bought))).await;
    evaluate(&service).await;
    let now_on = file(&service, "alerts.ndjson").await.text().lines().count();
    assert!(now_on < count);
    let since = |at: jiff::Timestamp| format!("alerts.ndjson?since={at}");
    let all = file(&service, &since(minutes_ago(1))).await.text();
    assert_eq!(all.lines().count(), count, "those that ended just now");
    let later = now() + SignedDuration::from_secs(1);
    let none = file(&service, &since(later)).await.text();
    assert_eq!(none.lines().count(), now_on);
    let book = sheets(file(&service, "alerts.xlsx?language=de").await.body);
    assert!(texts(&book[1].1, 0).contains(&"Dringlichkeit".to_owned()));
}

#[tokio::test]
async fn one_tenants_file_is_not_sent_twice() {
    let service = Service::schools().await;
    let path = "/api/v2/exports/licenses.csv?tenant=alpha";
    let tag = service.get(path).await.header("etag").to_owned();
    assert!(!tag.is_empty());
    let again = service.send(Request::get(path).header("if-none-match", tag));
    assert_eq!(again.await.status, StatusCode::NOT_MODIFIED);
    let all = file(&service, "licenses.csv").await;
    assert_eq!(
        (all.header("etag"), all.header("cache-control")),
        ("", "private, no-store")
    );
}

#[tokio::test]
async fn what_is_no_export_says_what_is_one() {
    let service = Service::schools().await;
    for (path, problem) in [
        ("licenses.pdf", "not-found"),
        ("users.csv", "not-found"),
        ("licenses", "not-found"),
        ("licenses.csv?tenant=nobody", "unknown-tenant"),
        ("alerts.csv?tenant=nobody", "unknown-tenant"),
        ("licenses.csv?level=fine", "invalid-parameter"),
        ("licenses.csv?separator=tab", "invalid-parameter"),
        ("licenses.csv?bom=yes", "invalid-parameter"),
        ("alerts.csv?since=monday", "invalid-parameter"),
        ("licenses.csv?tenat=alpha", "invalid-parameter"),
    ] {
        let answer = service.get(&format!("/api/v2/exports/{path}")).await;
        assert_eq!(answer.problem(), problem, "{path}");
    }
}

#[tokio::test]
async fn without_a_service_the_file_is_the_same() {
    let service = Service::schools().await;
    let source = ExportSource {
        store: service.store().clone(),
        company: domain::Layer::default(),
        company_name: "Example Services".to_owned(),
        language: domain::Language::English,
        time_zone: jiff::tz::TimeZone::UTC,
        now: now(),
    };
    let mut wish = ExportWish {
        what: Exported::Licenses,
        format: ExportFormat::Csv,
        tenant: None,
        levels: None,
        since: None,
        separator: Separator::Comma,
        bom: false,
    };
    let mut export = Export::begin(&source, &wish).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        bytes.extend(piece);
    }
    assert_eq!(bytes, file(&service, "licenses.csv").await.body);
    wish.tenant = Some(key("nobody"));
    let failed = Export::begin(&source, &wish).await.unwrap_err();
    assert!(failed.to_string().contains("nobody"), "{failed}");
}

#[tokio::test]
async fn only_so_many_workbooks_are_made_at_once() {
    use tower::ServiceExt as _;
    let service = Service::schools().await;
    let ask = || {
        let request = Request::get("/api/v2/exports/licenses.xlsx");
        let request = request.header("host", "localhost");
        let request = request.body(axum::body::Body::empty()).unwrap();
        service.app.clone().oneshot(request)
    };
    let (first, second) = (ask().await.unwrap(), ask().await.unwrap());
    assert_eq!(
        (first.status().as_u16(), second.status().as_u16()),
        (200, 200)
    );
    let third = service.get("/api/v2/exports/licenses.xlsx").await;
    assert_eq!(
        (third.status.as_u16(), third.header("retry-after")),
        (429, "10")
    );
    assert_eq!(third.problem(), "too-many-requests");
    assert_eq!(
        service
            .get("/api/v2/exports/licenses.csv")
            .await
            .status
            .as_u16(),
        200
    );
    drop(first);
    assert_eq!(
        service
            .get("/api/v2/exports/licenses.xlsx")
            .await
            .status
            .as_u16(),
        200
    );
    drop(second);
}
