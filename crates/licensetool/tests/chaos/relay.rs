//! The wire between the processes and PostgreSQL, which can be cut, or carry nothing for a while.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Whole,
    /// All connections are reset, and so is every new one.
    Cut,
    /// Connections stand, and nothing goes through until it is whole again.
    Silent,
}

/// A relay on loopback. Ends when dropped.
pub(crate) struct Relay {
    pub(crate) port: u16,
    wire: watch::Sender<Wire>,
    _work: JoinSet<()>,
}

impl Relay {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let wire = watch::Sender::new(Wire::Whole);
        let (server, state) = (
            SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            wire.subscribe(),
        );
        let mut work = JoinSet::new();
        work.spawn(accept(listener, server, state));
        Self {
            port: own,
            wire,
            _work: work,
        }
    }

    pub(crate) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, wire: watch::Receiver<Wire>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connect(client, server, wire.clone()));
    }
}

async fn connect(client: TcpStream, server: SocketAddr, mut wire: watch::Receiver<Wire>) {
    // Whoever is cut off hears of it at once.
    drop(client.set_zero_linger());
    if !until_whole(&mut wire).await {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    drop(server.set_zero_linger());
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let ((from, to), (back, there)) = (client.into_split(), server.into_split());
    // Either end takes the other one along.
    tokio::select! {
        () = pump(from, there, wire.clone()) => {}
        () = pump(back, to, wire) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>) {
    let mut buffer = vec![0; 16 * 1024];
    while until_whole(&mut wire).await {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            _ = wire.changed() => continue,
        };
        let Ok(count @ 1..) = read else { return };
        if !until_whole(&mut wire).await || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// `false`: it is cut.
async fn until_whole(wire: &mut watch::Receiver<Wire>) -> bool {
    let state = wire.wait_for(|wire| *wire != Wire::Silent).await;
    state.is_ok_and(|wire| *wire == Wire::Whole)
}
