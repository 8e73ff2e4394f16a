//! Who answers a request: Entra, Graph, or the simulator itself, after all that was ordered.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::StatusCode;
use http::header::IF_MATCH;
use tokio::time::sleep;

use crate::broken;
use crate::caller::{Caller, TokenFault};
use crate::clock::{Clock, Now};
use crate::counts::Tally;
use crate::endpoint::{Endpoint, Service};
use crate::entra::{Entra, Issue};
use crate::fault::{Asked, FaultKind, Order, Orders};
use crate::graph::{self, Context};
use crate::message::{Outcome, Request};
use crate::own;
use crate::seats::Seats;
use crate::sharepoint::Sharepoint;
use crate::throttle::Throttle;
use crate::wire::Answers;
use crate::world::World;

/// Everything behind the address of a simulator.
pub(crate) struct Microsoft {
    pub(crate) world: World,
    pub(crate) base_url: String,
    pub(crate) entra: Entra,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) latency: Duration,
    pub(crate) clock: Clock,
    pub(crate) seats: Seats,
    pub(crate) sharepoint: Sharepoint,
    pub(crate) orders: Orders,
    pub(crate) tally: Tally,
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

impl Answers for Microsoft {
    async fn answer(&self, request: &Request) -> Outcome {
        let now = self.clock.read();
        let sender = match Service::of(&request.path) {
            Service::Own => return Outcome::Reply(own::answer(self, request)),
            Service::Entra => Sender::OfTenant(self.entra.tenant_in(&request.path)),
            Service::Graph => Sender::OnGraph(self.entra.caller(&request.headers, now.wall)),
        };
        let endpoint = Endpoint::asked(request);
        let tenant = sender.tenant();
        let _waiting = self.tally.request(endpoint, tenant);
        let key = tenant.map(|tenant| self.world.at(tenant).key.as_str());
        let suffered = self.orders.take(Asked {
            endpoint,
            tenant: key,
            conditional: request.headers.contains_key(IF_MATCH),
            in_batch: false,
        });
        let latency = self.latency + suffered.latency;
        if !latency.is_zero() {
            sleep(latency).await;
        }
        let now = self.clock.read();
        let (outcome, later) = match sender {
            Sender::OfTenant(_) => {
                let outcome = self.entra_answers(request, endpoint, suffered.kind, now);
                (outcome, Duration::ZERO)
            }
            Sender::OnGraph(caller) => self.graph_answers(request, caller, suffered.kind, now),
        };
        if !later.is_zero() {
            sleep(later).await;
        }
        if let Outcome::Reply(reply) | Outcome::CutOff(reply) | Outcome::Huge(reply, _) = &outcome {
            self.tally.answered(reply.status);
        }
        outcome
    }

    fn accepted(&self) {
        self.tally.connections.fetch_add(1, Ordering::Relaxed);
        self.tally.open.send_modify(|open| *open += 1);
    }

    fn closed(&self) {
        self.tally.open.send_modify(|open| *open -= 1);
    }

    fn sent(&self, bytes: usize) {
        let sent = &self.tally.bytes_sent;
        sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Microsoft {
    /// Refuses an order that could never be met.
    pub(crate) fn order(&self, order: Order) -> Result<(), String> {
        if let Some(percent) = order.percent.filter(|percent| *percent > 100) {
            return Err(format!("{percent} percent are more than all answers"));
        }
        if let Some(key) = &order.fault.tenant
            && self.world.tenant(key).is_none()
        {
            return Err(format!("no tenant \"{key}\" in this world"));
        }
        self.orders.add(order);
        Ok(())
    }

    /// The position of a tenant that has this SKU.
    pub(crate) fn owner(&self, tenant: &str, part_number: &str) -> Result<usize, String> {
        let index = self.position(tenant)?;
        let mut skus = self.world.at(index).skus.iter();
        if skus.all(|sku| sku.part_number != part_number) {
            return Err(format!("no SKU \"{part_number}\" of tenant \"{tenant}\""));
        }
        Ok(index)
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

    /// And how much later its batch's parts make it.
    fn graph_answers(
        &self,
        request: &Request,
        caller: Result<Caller, TokenFault>,
        kind: Option<FaultKind>,
        now: Now,
    ) -> (Outcome, Duration) {
        let context = Context {
            world: &self.world,
            now: now.world,
            wall: now.wall,
            base_url: &self.base_url,
            throttle: self.throttle.as_ref(),
            seats: &self.seats,
            sharepoint: &self.sharepoint,
            orders: &self.orders,
            tally: &self.tally,
            delay: Cell::default(),
        };
        let caller = match kind {
            Some(FaultKind::ExpiredToken) => Err(TokenFault::Expired),
            Some(FaultKind::RevokedToken) => {
                self.entra.revoke(&request.headers, now.wall);
                Err(TokenFault::Revoked)
            }
            _ => caller,
        };
        let outcome = match caller {
            Ok(caller) => graph::spoilt(&context, &caller, request, kind),
            Err(fault) => Outcome::Reply(graph::unauthenticated(&context, fault, request)),
        };
        (outcome, context.delay.get())
    }
}
