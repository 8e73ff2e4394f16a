//! Hearing what other processes say, over connections that are lost.

use store::{Address, Connections, News, Store};
use throwaway_postgres::{Server, Settings};

use crate::fixture::{entry, minute, with};
use crate::place::Waiting;
use crate::wakes::woken;

const LISTENING: &str = "pid FROM pg_stat_activity \
    WHERE datname = current_database() AND application_name LIKE '%, listening'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_server_was_away_whoever_waits_is_woken_again() {
    let server = Server::start(&Settings {
        durable: true,
        ..Settings::default()
    });
    let url = server.database();
    let working = Store::open(&url).await.unwrap();
    working.migrate().await.unwrap();
    let waiting = Waiting::at(&url).await;
    let mut looks = waiting.0.wakes(News::Looks);
    server.stop();
    server.resume();
    woken(&mut looks, "a server that is back").await;
    working.add_tenant(&entry("a"), minute(0)).await.unwrap();
    woken(&mut looks, "work that was made after that").await;
}

#[tokio::test]
async fn who_cannot_hear_for_a_while_is_told_that_there_may_be_work() {
    let fresh = with(&[]).await;
    let waiting = fresh.place.waiting(&fresh).await;
    let mut looks = waiting.0.wakes(News::Looks);
    // Nothing is said, and still: whatever was said meanwhile went unheard.
    let cut = format!("SELECT pg_terminate_backend(pid) FROM (SELECT {LISTENING}) listening");
    fresh.place.sql(&cut).await;
    woken(&mut looks, "a lost connection").await;
    fresh.add_tenant(&entry("a"), minute(0)).await.unwrap();
    woken(&mut looks, "work that was made after that").await;
}

#[tokio::test]
async fn listening_takes_one_connection_beside_the_others() {
    let fresh = with(&[]).await;
    let address = Address::parse(&fresh.place.url).unwrap();
    let store = Store::connect(&address.connections(1)).await.unwrap();
    let listens = || store.pool().pop().unwrap();
    let none = Connections {
        purpose: "listen",
        busy: 0,
        idle: 0,
    };
    assert_eq!(listens(), none);
    let mut looks = store.wakes(News::Looks);
    {
        let mut listening = Box::pin(store.listen());
        tokio::select! {
            () = &mut listening => unreachable!("it goes on until it is dropped"),
            () = woken(&mut looks, "a beginning") => {}
        }
        assert_eq!(listens(), Connections { busy: 1, ..none });
        // The only other connection is free.
        store.tenants().await.unwrap();
        let here = fresh.place.server();
        let pids = here.sql(fresh.place.database(), &format!("SELECT {LISTENING}"));
        assert_eq!(pids.lines().count(), 1);
    }
    assert_eq!(listens(), none);
}
