//! Who answers a request: Entra, Graph, or the simulator itself, after all that was ordered.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use tokio::time::sleep;

use crate::broken;
use crate::caller::{Caller, TokenFault};
use crate::clock::Now;
use crate::counts::Tally;
use crate::endpoint::{Endpoint, Service};
use crate::entra::{Entra, Issue};
use crate::fault::{Fault, FaultKind, Orders};
use crate::graph::{self, Context};
use crate::message::{Reply, Request};
use crate::own;
use crate::pages::{self, Place};
use crate::throttle::Throttle;
use crate::world::World;

/// Everything behind the address of a simulator.
pub(crate) struct Microsoft {
    pub(crate) world: World,
    pub(crate) base_url: String,
    pub(crate) entra: Entra,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) latency: Duration,
    /// The instant at which the world stands still.
    pub(crate) frozen: Option<Timestamp>,
    pub(crate) orders: Orders,
    pub(crate) tally: Tally,
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

/// Whom a request comes from, if that is known.
enum Sender {
    /// Somebody asks Entra about a tenant.
    OfTenant(Option<usize>),
    OnGraph(Result<Caller, TokenFault>),
}

impl Sender {
    fn tenant(&self) -> Option<usize> {
        match self {
            Sender::OfTenant(tenant) => *tenant,
            Sender::OnGraph(caller) => caller.as_ref().ok().map(|caller| caller.tenant),
        }
    }
}

impl Microsoft {
    /// Refuses an order that could never be met.
    pub(crate) fn order(&self, fault: Fault) -> Result<(), String> {
        if let Some(key) = &fault.tenant
            && self.world.tenant(key).is_none()
        {
            return Err(format!("no tenant \"{key}\" in this world"));
        }
        self.orders.add(fault);
        Ok(())
    }

    pub(crate) async fn answer(&self, request: &Request) -> Outcome {
        let now = Now::read(self.frozen);
        let sender = match Service::of(&request.path) {
            Service::Own => return Outcome::Reply(own::answer(self, request)),
            Service::Entra => Sender::OfTenant(self.entra.tenant_in(&request.path)),
            Service::Graph => Sender::OnGraph(self.entra.caller(&request.headers, now.wall)),
        };
        let endpoint = Endpoint::of(&request.path);
        let tenant = sender.tenant();
        let _waiting = self.tally.request(endpoint, tenant);
        let key = tenant.map(|tenant| self.world.at(tenant).key.as_str());
        let suffered = self.orders.take(endpoint, key);
        let latency = self.latency + suffered.latency;
        if !latency.is_zero() {
            sleep(latency).await;
        }
        let now = Now::read(self.frozen);
        let outcome = match sender {
            Sender::OfTenant(_) => self.entra_answers(request, endpoint, suffered.kind, now),
            Sender::OnGraph(caller) => self.graph_answers(request, caller, suffered.kind, now),
        };
        if let Outcome::Reply(reply) | Outcome::CutOff(reply) | Outcome::Huge(reply, _) = &outcome {
            self.tally.answered(reply.status);
        }
        outcome
    }

    fn entra_answers(
        &self,
        request: &Request,
        endpoint: Endpoint,
        kind: Option<FaultKind>,
        now: Now,
    ) -> Outcome {
        let issue = match kind {
            Some(FaultKind::ExpiredToken) => Issue::Expired,
            Some(FaultKind::RevokedToken) => Issue::Revoked,
            _ => Issue::Sound,
        };
        let sound = || {
            let reply = self.entra.answer(request, issue, now);
            if endpoint == Endpoint::Token && reply.status == StatusCode::OK {
                self.tally.tokens_issued.fetch_add(1, Ordering::Relaxed);
            }
            reply
        };
        match kind {
            Some(FaultKind::Aadsts { code }) => {
                Outcome::Reply(self.entra.refuse(code, request, now))
            }
            Some(FaultKind::Status {
                status,
                retry_after,
            }) => {
                let reply = self.entra.refuse(broken::aadsts(status), request, now);
                Outcome::Reply(broken::with_status(reply, status, retry_after, now.wall))
            }
            kind => broken::outcome(kind.as_ref(), sound),
        }
    }

    fn graph_answers(
        &self,
        request: &Request,
        caller: Result<Caller, TokenFault>,
        kind: Option<FaultKind>,
        now: Now,
    ) -> Outcome {
        let context = Context {
            world: &self.world,
            now: now.world,
            wall: now.wall,
            base_url: &self.base_url,
            throttle: self.throttle.as_ref(),
        };
        let caller = match kind {
            Some(FaultKind::ExpiredToken) => Err(TokenFault::Expired),
            Some(FaultKind::RevokedToken) => {
                self.entra.revoke(&request.headers, now.wall);
                Err(TokenFault::Revoked)
            }
            _ => caller,
        };
        let caller = match caller {
            Ok(caller) => caller,
            Err(fault) => return Outcome::Reply(graph::unauthenticated(&context, fault, request)),
        };
        let (place, request) = pages::place(request, kind.as_ref());
        let sound = || {
            let reply = graph::answer(&context, &caller, &request);
            match &place {
                Place::Whole => reply,
                place => pages::turned(reply, place, &request, &self.base_url),
            }
        };
        match kind {
            Some(FaultKind::Status {
                status,
                retry_after,
            }) => {
                let reply = broken::graph_error(status, &request, now.world);
                Outcome::Reply(broken::with_status(reply, status, retry_after, now.wall))
            }
            kind => broken::outcome(kind.as_ref(), sound),
        }
    }
}
