//! From the start of the process to ready, and what it holds when idle.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::resident;
use crate::report::{heading, mebibytes, quantile, row, seconds};
use crate::simulator::Microsoft;

const STARTS: usize = 11;

pub(crate) fn run() {
    heading(
        "From start to ready (an all-in-one with a store from before)",
        &["tenants", "median", "worst", "memory then"],
    );
    for tenants in [2, 100, 1_000] {
        let microsoft = Microsoft::start(tenants, 40, 0);
        // The first start makes the store.
        ready(&microsoft);
        let mut times = Vec::new();
        let mut memory = 0;
        for _ in 0..STARTS {
            let (took, held) = ready(&microsoft);
            times.push(took);
            memory = memory.max(held);
        }
        times.sort_by(f64::total_cmp);
        row(&[
            tenants.to_string(),
            seconds(quantile(&times, 0.5)),
            seconds(quantile(&times, 1.0)),
            mebibytes(memory),
        ]);
    }
}

/// Starts all services once. Answers seconds until ready, and the memory a second later.
fn ready(microsoft: &Microsoft) -> (f64, u64) {
    let (address, metrics) = (free(), free());
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_licensetool"))
        .arg("--home")
        .arg(microsoft.home())
        .args([
            "run",
            "--listen",
            &address.to_string(),
            "--metrics-listen",
            &metrics.to_string(),
        ])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !is_ready(address) {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "it never became ready"
        );
        std::thread::yield_now();
    }
    let took = began.elapsed().as_secs_f64();
    std::thread::sleep(Duration::from_secs(1));
    let held = resident(child.id());
    end(&mut child);
    (took, held)
}

fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    let asked = stream.write_all(request.as_bytes()).is_ok();
    asked && stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn end(child: &mut Child) {
    drop(child.kill());
    child.wait().unwrap();
}
