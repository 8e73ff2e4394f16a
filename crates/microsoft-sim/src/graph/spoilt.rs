//! Graph's answers as orders spoil them: of a request alone, and of a part of a batch.

use http::StatusCode;
use http::header::IF_MATCH;

use super::{Context, answer, refusal::Refusal, reply, unauthenticated};
use crate::broken;
use crate::caller::{Caller, TokenFault};
use crate::endpoint::Endpoint;
use crate::fault::{Asked, FaultKind, Suffered};
use crate::message::{Outcome, Reply, Request};
use crate::pages::{self, Place};

/// The answer to an app whose token is believed, and what has become of it.
pub(crate) fn spoilt(
    context: &Context<'_>,
    caller: &Caller,
    request: &Request,
    kind: Option<FaultKind>,
) -> Outcome {
    let (place, request) = pages::place(request, kind.as_ref());
    let sound = || {
        let reply = answer(context, caller, &request);
        match &place {
            Place::Whole => reply,
            place => pages::turned(reply, place, &request, context.base_url),
        }
    };
    match kind {
        Some(FaultKind::Status {
            status,
            retry_after,
        }) => {
            let reply = broken::graph_error(status, &request, context.now);
            Outcome::Reply(broken::with_status(
                reply,
                status,
                retry_after,
                context.wall,
            ))
        }
        Some(FaultKind::Conflict) => Outcome::Reply(conflict(context, &request)),
        kind => broken::outcome(kind.as_ref(), sound),
    }
}

/// The answer to a part of a batch. It has no connection to lose: a lost answer is a timeout of
/// the server behind, which may have done its work.
pub(super) fn part(context: &Context<'_>, caller: &Caller, request: &Request) -> Reply {
    let endpoint = Endpoint::asked(request);
    let Suffered { latency, kind } = context.orders.take(Asked {
        endpoint,
        tenant: Some(&context.world.at(caller.tenant).key),
        conditional: request.headers.contains_key(IF_MATCH),
        in_batch: true,
    });
    context.delay.set(context.delay.get() + latency);
    match kind {
        Some(FaultKind::ExpiredToken) => unauthenticated(context, TokenFault::Expired, request),
        Some(FaultKind::LostAnswer) => {
            drop(answer(context, caller, request));
            let reply = broken::graph_error(504, request, context.now);
            broken::with_status(reply, 504, None, context.wall)
        }
        kind => match spoilt(context, caller, request, kind) {
            Outcome::Reply(reply) => reply,
            outcome => unreachable!("{outcome:?} does not befall a part of a batch"),
        },
    }
}

fn conflict(context: &Context<'_>, request: &Request) -> Reply {
    let refused = context.sharepoint.with(|site| Refusal::from(site.stale()));
    let status = StatusCode::CONFLICT;
    let refusal = refused.unwrap_or_else(|| Refusal::new(status, "resourceModified", "Ordered"));
    reply(context, request, Err(refusal))
}
