//! Who asks Graph, as Entra's token says, and why a token is not believed.

use uuid::Uuid;

/// The app behind a valid access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Position of the tenant in the world.
    pub(crate) tenant: usize,
    pub(crate) app_id: Uuid,
    /// Application permissions in the token (`Organization.Read.All`).
    pub(crate) roles: Vec<String>,
}

/// Why Graph does not believe a token. Each has its own 401 there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// No `Authorization` header.
    Missing,
    /// A header without a token, or of another scheme than Bearer.
    Empty,
    /// Not a JWT.
    Malformed,
    /// Signed by another key, or changed since.
    Signature,
    Expired,
    /// Ended by an order of a test, as Entra does when a session is revoked.
    Revoked,
    /// Made for another service.
    Audience,
}
