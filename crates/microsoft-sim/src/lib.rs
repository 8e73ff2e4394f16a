//! A faithful stand-in for Entra and Graph: demo, tests and load need a Microsoft that costs
//! nothing, answers as the real one does, and breaks on order.

mod clock;
mod world;

mod caller;
mod message;

mod entra;
mod graph;
mod throttle;

mod counts;
mod endpoint;
mod fault;
mod keys;
mod tls;

pub use counts::Counts;
pub use fault::{Call, Fault, FaultKind, RetryAfter};
pub use world::{TenantSpec, World, WorldError};
