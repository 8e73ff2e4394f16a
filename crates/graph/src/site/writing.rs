//! Carries out many writes by batches: in the quota, again where that is safe, and with an honest
//! answer about each of them when something is lost on the way.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::address::Address;
use super::batch::{self, BODY_LIMIT, BatchPart, MOST_PARTS};
use super::outcome::{self, Outcome};
use super::unwritable;
use super::write::{Write, WriteError, Written};
use crate::error::{Call, Error, Failure};
use crate::exchange::Answer;
use crate::graph_errors;
use crate::json::read_page;
use crate::listing::Remarks;
use crate::retry::Patience;
use crate::tenant::{Errand, Tenant};

/// The list that is written to.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub(super) tenant: &'t Tenant,
    pub(super) address: &'t Address,
    pub(super) list: &'t str,
}

/// Writes, and gives one result for each, in their order.
pub(super) async fn write(
    target: Target<'_>,
    writes: &[Write],
) -> Vec<Result<Written, WriteError>> {
    let settings = target.tenant.client().settings();
    let patience = Patience::lasting(settings.site_deadline, settings);
    let mut writing = Writing::new(target, writes, settings.max_attempts);
    let mut errand = Errand::new(Call::ListWrite, patience.clone());
    let mut failures = patience.attempts();
    while !writing.due.is_empty() {
        let after = writing.turn(&mut errand).await;
        if writing.due.is_empty() {
            break;
        }
        let stop = match after {
            After::Failed(error) => failures.again_after(error).await.err(),
            After::Stop(error) => Some(error),
            After::Partly(error) => {
                failures = patience.attempts();
                patience.attempts().again_after(error).await.err()
            }
            After::Well => {
                failures = patience.attempts();
                None
            }
        };
        if let Some(error) = stop {
            writing.give_up(&error);
        }
    }
    writing.finish()
}

/// What a batch means for the next ones.
enum After {
    Well,
    /// A part of it was throttled or met a fault: wait.
    Partly(Error),
    /// All of it failed, and the next would too: wait if that helps, but not for ever.
    Failed(Error),
    /// Nothing more should be sent.
    Stop(Error),
}

struct Writing<'w> {
    target: Target<'w>,
    writes: &'w [Write],
    results: Vec<Option<Result<Written, WriteError>>>,
    due: VecDeque<Due>,
    max_attempts: u32,
}

/// A write that is to be sent.
struct Due {
    index: usize,
    /// How often it has been sent.
    made: u32,
    /// The error of an attempt that may have been carried out.
    doubt: Option<Error>,
    /// The error of the last attempt.
    last: Option<Error>,
}

impl Due {
    fn new(index: usize) -> Due {
        Due {
            index,
            made: 0,
            doubt: None,
            last: None,
        }
    }

    /// What is said about it if it is not sent any more.
    fn given_up(self, error: &Error) -> WriteError {
        match self.doubt {
            Some(doubt) => WriteError::Unclear(doubt),
            None => WriteError::NotDone(error.clone()),
        }
    }
}

impl<'w> Writing<'w> {
    fn new(target: Target<'w>, writes: &'w [Write], max_attempts: u32) -> Writing<'w> {
        Writing {
            target,
            writes,
            results: vec![None; writes.len()],
            due: (0..writes.len()).map(Due::new).collect(),
            max_attempts,
        }
    }

    /// Sends one batch and takes what comes of it.
    async fn turn(&mut self, errand: &mut Errand) -> After {
        let (batch, parts) = self.next_batch();
        if batch.is_empty() {
            return After::Well;
        }
        match self.send(errand, parts).await {
            Err(not_sent) => {
                self.due.extend(batch);
                After::Stop(not_sent)
            }
            Ok(Err(lost)) => self.lose(batch, lost),
            Ok(Ok(answer)) if answer.is_success() => self.settle(batch, answer, errand).await,
            Ok(Ok(answer)) => self.settle_alike(batch, answer),
        }
    }

    /// The next writes with their JSON; what has none is settled.
    fn next_batch(&mut self) -> (Vec<Due>, Vec<Value>) {
        let (mut batch, mut parts) = (Vec::new(), Vec::new());
        while batch.len() < MOST_PARTS
            && let Some(due) = self.due.pop_front()
        {
            match self.writes[due.index].to_json(self.target.address, self.target.list) {
                Ok(part) => {
                    batch.push(due);
                    parts.push(part);
                }
                Err(what) => {
                    let error = unwritable(Call::ListWrite, &what);
                    self.results[due.index] = Some(Err(WriteError::NotDone(error)));
                }
            }
        }
        (batch, parts)
    }

    /// As [`Tenant::try_once`].
    async fn send(
        &self,
        errand: &mut Errand,
        parts: Vec<Value>,
    ) -> Result<Result<Answer, Error>, Error> {
        if errand.patience.left().is_zero() {
            return Err(Error::too_late(Failure::new(errand.call)));
        }
        let tenant = self.target.tenant;
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let units = Call::ListWrite.units().saturating_mul(count);
        let url = tenant.client().address("$batch");
        let ask = tenant.posting(url, batch::body(parts), units, BODY_LIMIT);
        tenant.try_once(errand, &ask).await
    }

    /// The answer did not come or makes no sense: only a connection that never stood is certain.
    fn lose(&mut self, batch: Vec<Due>, error: Error) -> After {
        let nothing_sent = matches!(error, Error::Unreachable { broke: false, .. });
        for due in batch {
            let index = due.index;
            self.results[index] = Some(Err(if nothing_sent {
                due.given_up(&error)
            } else {
                WriteError::Unclear(error.clone())
            }));
        }
        After::Failed(error)
    }

    /// Takes an answer that is about all parts alike.
    fn settle_alike(&mut self, batch: Vec<Due>, answer: Answer) -> After {
        let status = answer.status;
        let error = graph_errors::error(answer);
        for due in batch {
            let outcome = outcome::of_status(&self.writes[due.index], status, error.clone());
            self.take(due, outcome);
        }
        After::Failed(error)
    }

    /// Takes an answer with parts.
    async fn settle(&mut self, batch: Vec<Due>, answer: Answer, errand: &mut Errand) -> After {
        let parts = match read_page::<BatchPart>(&answer.body, 1, &mut Remarks::default()) {
            Ok((parts, _)) => parts,
            Err(reason) => return self.lose(batch, Error::unreadable(answer.failure, &reason)),
        };
        let mut outcomes = self.outcomes(&batch, &parts, &answer.failure);
        let refused = |outcome: &Outcome| matches!(outcome, Outcome::Unauthorized(_));
        if outcomes.iter().any(refused) && self.target.tenant.renew(errand).await {
            for outcome in outcomes.iter_mut().filter(|outcome| refused(outcome)) {
                *outcome = Outcome::AtOnce;
            }
        }
        let troubles = outcomes.iter().filter_map(Outcome::trouble);
        let all = troubles.clone().count() == batch.len();
        let worst = troubles.max_by_key(|error| (error.passes(), error.retry_after()));
        let worst = worst.cloned();
        for (due, outcome) in batch.into_iter().zip(outcomes) {
            self.take(due, outcome);
        }
        match worst {
            Some(error) if all => After::Failed(error),
            Some(error) if error.passes() => After::Partly(error),
            _ => After::Well,
        }
    }

    /// What became of each write of the batch. Answers come in any order; those to nothing that
    /// was asked are ignored.
    fn outcomes(&self, batch: &[Due], parts: &[BatchPart], failure: &Failure) -> Vec<Outcome> {
        let mut by_id: HashMap<&str, Vec<&BatchPart>> = HashMap::new();
        for part in parts {
            by_id.entry(&part.id).or_default().push(part);
        }
        let outcome = |(position, due): (usize, &Due)| {
            let id = batch::part_id(position);
            let failure = failure.clone();
            let reason = match by_id.get(id.as_str()).map_or(&[][..], Vec::as_slice) {
                [part] => return outcome::of_part(&self.writes[due.index], part, failure),
                [] => "it says nothing about this write",
                _ => "it says two things about this write",
            };
            let error = Error::unreadable(failure, reason);
            Outcome::Settled(Err(WriteError::Unclear(error)))
        };
        batch.iter().enumerate().map(outcome).collect()
    }

    /// Keeps the result of a write, or puts it back to be sent again.
    fn take(&mut self, mut due: Due, outcome: Outcome) {
        let index = due.index;
        due.made += 1;
        let result = match outcome {
            Outcome::Settled(Err(WriteError::NotDone(error))) => Err(due.given_up(&error)),
            Outcome::Settled(result) => result,
            Outcome::AtOnce => return self.due.push_front(due),
            Outcome::Unauthorized(error) => Err(due.given_up(&error)),
            Outcome::Again { error, in_doubt } => {
                if in_doubt {
                    due.doubt = Some(error.clone());
                }
                if due.made < self.max_attempts {
                    due.last = Some(error);
                    return self.due.push_back(due);
                }
                Err(due.given_up(&error))
            }
        };
        self.results[index] = Some(result);
    }

    /// Nothing more is sent.
    fn give_up(&mut self, error: &Error) {
        for due in self.due.drain(..) {
            let index = due.index;
            let reason = due.last.clone().unwrap_or_else(|| error.clone());
            self.results[index] = Some(Err(due.given_up(&reason)));
        }
    }

    fn finish(self) -> Vec<Result<Written, WriteError>> {
        let settled = |result: Option<_>| result.expect("no write is due, so all are settled");
        self.results.into_iter().map(settled).collect()
    }
}
