//! Decides what became of one write: done, failed for good, or to be sent again.

use super::batch::BatchPart;
use super::write::{Write, WriteError, Written};
use crate::error::{Error, Failure};
use crate::graph_errors::decide;

/// What became of one write by one request.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Settled(Result<Written, WriteError>),
    /// It may be sent again after a wait, if there is time.
    Again {
        error: Error,
        /// Whether it may have been carried out nevertheless.
        in_doubt: bool,
    },
    /// The token was refused.
    Unauthorized(Error),
    /// It may be sent again at once, with a new token.
    AtOnce,
}

impl Outcome {
    fn failed(error: WriteError) -> Outcome {
        Outcome::Settled(Err(error))
    }

    /// The error, if it is not about this one write: the next ones would meet it too. A write that
    /// Graph rejects (400) says nothing about others.
    pub(super) fn trouble(&self) -> Option<&Error> {
        match self {
            Outcome::Again { error, .. } | Outcome::Unauthorized(error) => Some(error),
            Outcome::Settled(Err(WriteError::Unclear(error))) => Some(error),
            Outcome::Settled(Err(WriteError::NotDone(error))) => {
                (!matches!(error, Error::Unreadable { .. })).then_some(error)
            }
            Outcome::Settled(_) | Outcome::AtOnce => None,
        }
    }
}

/// What its own answer in the batch says about a write.
pub(super) fn of_part(write: &Write, part: &BatchPart, failure: Failure) -> Outcome {
    let told = part.told();
    let in_list = !write.is_create();
    match part.status {
        200..=299 => done(write, part, failure),
        412 => Outcome::failed(WriteError::Changed),
        409 if told.says("resourceModified") => Outcome::failed(WriteError::Changed),
        409 if told.says("nameAlreadyExists") => Outcome::failed(WriteError::Exists),
        404 | 410 if in_list => Outcome::failed(WriteError::Gone),
        status => {
            let error = decide(failure, status, told, part.retry_after);
            of_status(write, status, error)
        }
    }
}

/// A new item whose id is not told cannot be written again: somebody has to look for it.
fn done(write: &Write, part: &BatchPart, failure: Failure) -> Outcome {
    let (id, etag) = match write {
        Write::Create { .. } => (part.item_id.clone(), part.etag.clone()),
        Write::Update { id, .. } => (Some(id.clone()), part.etag.clone()),
        Write::Delete { id, .. } => (Some(id.clone()), None),
    };
    Outcome::Settled(match id {
        Some(id) => Ok(Written { id, etag }),
        None => {
            let reason = "it does not say the id of the new item";
            Err(WriteError::Unclear(Error::unreadable(failure, reason)))
        }
    })
}

/// What a status that is no success says about a write, whether it is its own or the batch's.
pub(super) fn of_status(write: &Write, status: u16, error: Error) -> Outcome {
    match status {
        401 => Outcome::Unauthorized(error),
        429 => Outcome::Again {
            error,
            in_doubt: false,
        },
        500..=599 if write.is_create() => Outcome::failed(WriteError::Unclear(error)),
        500..=599 => Outcome::Again {
            error,
            in_doubt: true,
        },
        // A time-out of the server says nothing about what it had begun.
        408 => Outcome::failed(WriteError::Unclear(error)),
        400..=499 => Outcome::failed(WriteError::NotDone(error)),
        _ => Outcome::failed(WriteError::Unclear(error)),
    }
}
