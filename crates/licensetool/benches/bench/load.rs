//! A small HTTP client that asks as fast as it is answered, over connections that stay open.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

const CONNECTIONS: usize = 8;

/// What a load saw.
pub(crate) struct Load {
    /// Seconds from the first request to the last answer.
    pub(crate) wall: f64,
    /// Seconds of each request, sorted.
    pub(crate) times: Vec<f64>,
    /// Bytes of one body.
    pub(crate) bytes: usize,
}

pub(crate) fn load(address: &str, path: &str, requests: usize) -> Load {
    let each = requests.div_ceil(CONNECTIONS);
    let began = Instant::now();
    let mut times = Vec::with_capacity(requests);
    let mut bytes = 0;
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| ask(address, path, each)))
            .collect();
        for one in asking {
            let (seen, size) = one.join().unwrap();
            times.extend(seen);
            bytes = size;
        }
    });
    let wall = began.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Load { wall, times, bytes }
}

fn ask(address: &str, path: &str, requests: usize) -> (Vec<f64>, usize) {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut write = stream.try_clone().unwrap();
    let mut read = BufReader::with_capacity(1 << 16, stream);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let mut times = Vec::with_capacity(requests);
    let mut body = Vec::new();
    for _ in 0..requests {
        let began = Instant::now();
        write.write_all(request.as_bytes()).unwrap();
        let length = length_of_ok(&mut read);
        body.resize(length, 0);
        read.read_exact(&mut body).unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    (times, body.len())
}

fn length_of_ok(read: &mut BufReader<TcpStream>) -> usize {
    let mut length = None;
    let mut line = String::new();
    read.read_line(&mut line).unwrap();
    assert!(line.contains(" 200 "), "{line}");
    loop {
        line.clear();
        read.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().ok(),
            Some(_) => {}
            None => return length.expect("an answer of known length"),
        }
    }
}
