//! The way out of an office: an HTTP proxy from the environment.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::{Arc, Mutex};

use microsoft_sim::World;

use crate::fixture::{Ended, Office, https, office, program};

/// A proxy that notes whom it is to connect to, and lets nobody through.
struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut head = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                head.read_line(&mut line).unwrap();
                notes.lock().unwrap().push(line.trim().to_owned());
                let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                              Content-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// `status` with this proxy in the environment and no other.
async fn status(office: &Office, proxy: &Proxy) -> Ended {
    let mut command: Command = program(office.home.path());
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.env("HTTPS_PROXY", format!("http://{}", proxy.address));
    command.args(["status", "iseschool"]);
    let ended = tokio::task::spawn_blocking(move || command.output());
    Ended::from(ended.await.unwrap().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_the_environment_is_asked_and_named_when_it_refuses() {
    let (office, proxy) = (office(World::demo(), https()).await, Proxy::start());
    // The name leads nowhere: only the proxy could find it.
    let outside = "[microsoft]\nauthority = \"https://login.invalid\"\n\
                   graph = \"https://graph.invalid\"\n";
    std::fs::write(office.home.path().join("licensetool.toml"), outside).unwrap();
    let ended = status(&office, &proxy).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let asked = proxy.asked();
    assert!(!asked.is_empty(), "{ended:?}");
    let wanted = |line: &String| line == "CONNECT login.invalid:443 HTTP/1.1";
    assert!(asked.iter().all(wanted), "{asked:?}");
    for words in [
        "login.invalid) cannot be reached",
        "proxy auth",
        "HTTPS_PROXY",
    ] {
        assert!(ended.out.contains(words), "{words} in {}", ended.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_microsoft_on_this_machine_is_never_asked_by_the_proxy() {
    let (office, proxy) = (office(World::demo(), https()).await, Proxy::start());
    let ended = status(&office, &proxy).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(proxy.asked(), Vec::<String>::new());
}
