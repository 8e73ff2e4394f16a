//! A faithful stand-in for Entra, Graph and SharePoint lists: demo, tests and load need a Microsoft
//! that costs nothing, answers as the real one does, and breaks on order.
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
//!
//! A world may have a company with a SharePoint site ([`Simulator::site`]), whose lists people
//! ([`Simulator::put_row`]), apps and a flow ([`Options::flow`]) change. What the tool sends to
//! others comes in at a [`sink`].

mod simulator;

mod lists;
mod sign_in;
mod onboarding;

mod clock;
mod world;

mod caller;
mod directory;
mod endpoint;
mod html;
mod message;
mod microsoft;

mod entra;
mod graph;
mod throttle;

mod seats;
mod sharepoint;

mod broken;
mod counts;
mod fault;
mod own;
mod portal;
mod pages;

pub mod sink;

mod home;
mod keys;
mod certificate;
mod tls;
mod wire;

pub use counts::{Counts, ListWrites};
pub use entra::Spoilt;
pub use fault::{Call, Fault, FaultKind, RetryAfter};
pub use lists::SiteView;
pub use sharepoint::{FlowMail, Row};
pub use sign_in::{Daemon, SignInApp};
pub use simulator::{Options, Simulator, TestCredential, Tls};
pub use world::{Account, TenantSpec, World, WorldError};
