//! The store through its public functions, as the services use it. One program, so that it links
//! once.

mod claims;
mod fixture;
mod history;
mod looks;
mod model;
mod opening;
mod refreshes;
mod story;
