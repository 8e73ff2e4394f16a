//! What is measured, in a process of its own: this program started once more with an order.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Holds the order of a worker, as JSON.
const ORDER: &str = "LICENSETOOL_BENCH_ORDER";

pub(crate) fn is_wanted() -> bool {
    std::env::var_os(ORDER).is_some()
}

/// Starts a worker and leaves it to the caller.
pub(crate) fn start(order: &Value) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(ORDER, order.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Does what the order says.
pub(crate) fn work() {
    let order: Value = serde_json::from_str(&std::env::var(ORDER).unwrap()).unwrap();
    match order["work"].as_str().unwrap() {
        "collect" => crate::collect::work(&order),
        "collect_on" => crate::workers::work(&order),
        "serve" => crate::serve::work(&order),
        other => panic!("nobody knows how to {other}"),
    }
}

/// Tells the one who gave the order.
pub(crate) fn tell(answer: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}").unwrap();
    out.flush().unwrap();
}
