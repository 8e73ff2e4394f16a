//! A faithful stand-in for Entra and Graph: demo, tests and load need a Microsoft that costs
//! nothing, answers as the real one does, and breaks on order.

mod clock;
mod world;

mod caller;
mod graph;
mod message;
mod throttle;

pub use world::{TenantSpec, World, WorldError};
