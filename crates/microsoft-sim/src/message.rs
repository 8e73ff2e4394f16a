//! What comes in and what goes out, apart from any connection: the answers are tested as values.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

/// A request, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// As sent: still percent-encoded, beginning with a slash.
    pub(crate) path: String,
    /// Without its question mark.
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// An answer before it is compressed and sent.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What happens on the connection.
#[derive(Debug)]
pub(crate) enum Outcome {
    Reply(Reply),
    /// Sent in half.
    CutOff(Reply),
    /// Preceded by so many MiB.
    Huge(Reply, u32),
    Hang,
    Reset,
}
