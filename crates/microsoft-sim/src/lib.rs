//! A faithful stand-in for Entra and Graph: demo, tests and load need a Microsoft that costs
//! nothing, answers as the real one does, and breaks on order.
//!
//! A [`World`] says who exists and what they bought, a [`Simulator`] plays it on an address that
//! is Entra and Graph at once, and a [`Fault`] lets it go wrong:
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use microsoft_sim::{Call, Fault, FaultKind, Options, Simulator, World};
//!
//! let simulator = Simulator::start(World::demo(), Options::default()).await?;
//! simulator.order(Fault {
//!     tenant: Some("iseschool".to_owned()),
//!     call: Call::SubscribedSkus,
//!     kind: FaultKind::Hang,
//!     times: Some(1),
//! });
//! println!("Entra and Graph are at {}", simulator.base_url());
//! simulator.shutdown().await;
//! # Ok(()) }
//! ```

mod simulator;

mod clock;
mod world;

mod caller;
mod endpoint;
mod message;
mod microsoft;

mod entra;
mod graph;
mod throttle;

mod broken;
mod counts;
mod fault;
mod own;
mod pages;

mod home;
mod keys;
mod tls;
mod wire;

pub use counts::Counts;
pub use fault::{Call, Fault, FaultKind, RetryAfter};
pub use simulator::{Options, Simulator, TestCredential, Tls};
pub use world::{TenantSpec, World, WorldError};
