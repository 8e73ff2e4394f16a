//! One turn of a channel that is told message by message, or by a digest of all that is due.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::StreamExt as _;
use futures_util::stream;
use store::{Delivery, Settled, Store};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Deliverer, Named};
use crate::tell::{Channel, Failure, Message, Taken, Voice};

impl Deliverer {
    /// Sends what is due. Answers whether anything was.
    pub(super) async fn turn(
        &self,
        named: &Named,
        stop: &CancellationToken,
    ) -> store::Result<bool> {
        let (now, lease) = ((self.clock)(), self.settings.lease);
        let digest = named.channel.takes_many();
        let limit = if digest {
            self.settings.digest
        } else {
            u32::try_from(self.settings.at_once).unwrap_or(1).max(1)
        };
        let claimed = self
            .store
            .claim_deliveries(&named.name, &self.worker, now, limit, lease)
            .await?;
        if claimed.is_empty() {
            return Ok(false);
        }
        let voice = self.voice().await?;
        let channel = named.with_recipients(&self.store).await?;
        let groups = if digest {
            vec![claimed]
        } else {
            by_alert(claimed)
        };
        let sending = groups.into_iter().map(|group| async {
            let (channel, voice) = (&channel, &voice);
            if digest {
                self.send_together(named, channel, group, voice, stop).await
            } else {
                self.send_in_order(named, channel, group, voice, stop).await
            }
        });
        let tries: Vec<_> = stream::iter(sending)
            .buffer_unordered(self.settings.at_once.max(1))
            .collect()
            .await;
        let tries: Vec<_> = tries.into_iter().flatten().collect();
        self.store.settle(&tries, (self.clock)()).await?;
        Ok(true)
    }

    /// One alert's messages: what follows one that failed waits for it.
    async fn send_in_order(
        &self,
        named: &Named,
        channel: &Channel,
        deliveries: Vec<Delivery>,
        voice: &Voice,
        stop: &CancellationToken,
    ) -> Vec<(Delivery, Settled)> {
        let mut tries = Vec::with_capacity(deliveries.len());
        let mut blocked = false;
        for delivery in deliveries {
            let settled = if blocked || stop.is_cancelled() {
                Settled::Released
            } else {
                let messages = [message(&delivery)];
                let sent = self.send(named, channel, &messages, voice, stop).await;
                self.settled(&delivery, sent)
            };
            blocked |= !matches!(settled, Settled::Delivered { .. });
            tries.push((delivery, settled));
        }
        tries
    }

    async fn send_together(
        &self,
        named: &Named,
        channel: &Channel,
        deliveries: Vec<Delivery>,
        voice: &Voice,
        stop: &CancellationToken,
    ) -> Vec<(Delivery, Settled)> {
        let messages: Vec<Message> = deliveries.iter().map(message).collect();
        let sent = self.send(named, channel, &messages, voice, stop).await;
        let settle = |delivery: Delivery| {
            let settled = self.settled(&delivery, sent.clone());
            (delivery, settled)
        };
        deliveries.into_iter().map(settle).collect()
    }

    /// `None`: a stop did not wait for the end of it.
    async fn send(
        &self,
        named: &Named,
        channel: &Channel,
        messages: &[Message],
        voice: &Voice,
        stop: &CancellationToken,
    ) -> Option<Result<Taken, Failure>> {
        let began = Instant::now();
        let now = (self.clock)();
        let too_late = async {
            stop.cancelled().await;
            tokio::time::sleep(self.settings.grace).await;
        };
        let count = messages.len();
        let span = tracing::info_span!("delivery", channel = named.name, messages = count);
        let sent = tokio::select! {
            sent = channel.send(messages, voice, now).instrument(span) => sent,
            () = too_late => return None,
        };
        self.metrics
            .sent(&named.name, sent.is_ok(), count, began.elapsed());
        if let Err(failure) = &sent {
            let channel = &named.name;
            let alert = messages.first().map(|message| message.alert_id);
            let (error, advice) = (&failure.message, &failure.advice);
            tracing::warn!(
                channel,
                messages = count,
                alert,
                error,
                advice,
                "a message was not delivered"
            );
        }
        if let Ok(Taken {
            remark: Some(remark),
        }) = &sent
        {
            tracing::warn!(
                channel = named.name,
                remark,
                "a message was delivered in part"
            );
        }
        Some(sent)
    }

    fn settled(&self, delivery: &Delivery, sent: Option<Result<Taken, Failure>>) -> Settled {
        match sent {
            None => Settled::Released,
            Some(Ok(Taken { remark })) => Settled::Delivered { remark },
            Some(Err(failure)) => {
                let (failed, now) = (delivery.attempts.saturating_add(1), (self.clock)());
                Settled::Failed {
                    retry: self.settings.retry(failed, failure.retry_after, now),
                    error: failure.message,
                    advice: failure.advice,
                }
            }
        }
    }
}

impl Named {
    /// The channel with the recipients that a parameter list names besides.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn with_recipients(&self, store: &Store) -> store::Result<Channel> {
        let channel = self.channel.clone();
        let (Channel::Mail(mail), Some((list, parameter))) = (&channel, &self.recipients_from)
        else {
            return Ok(channel);
        };
        let parameters = store.parameters(list).await?;
        if !parameters.iter().any(|(name, _)| name == parameter) {
            let channel = &self.name;
            tracing::warn!(
                channel,
                list,
                parameter,
                "the parameter list has no such parameter"
            );
        }
        let named_there = parameters.iter().filter(|(name, _)| name == parameter);
        let addresses = named_there.flat_map(|(_, value)| value.split([';', ',', ' ', '\n']));
        let addresses = addresses.map(str::trim).filter(|it| !it.is_empty());
        let addresses: Vec<String> = addresses.map(str::to_owned).collect();
        Ok(Channel::Mail(mail.with_recipients(&addresses)))
    }
}

fn by_alert(deliveries: Vec<Delivery>) -> Vec<Vec<Delivery>> {
    let mut groups: BTreeMap<i64, Vec<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        groups.entry(delivery.alert_id).or_default().push(delivery);
    }
    groups.into_values().collect()
}

fn message(delivery: &Delivery) -> Message {
    Message {
        id: delivery.id,
        event: delivery.event,
        alert_id: delivery.alert_id,
        alert: delivery.alert.clone(),
        tenant: delivery.tenant.clone(),
        tenant_name: delivery.tenant_name.clone(),
        at: delivery.at,
    }
}
