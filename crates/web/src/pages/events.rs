//! Tells open pages that something has changed, so that they renew their numbers in place.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State as Shared;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use store::{News, Revision};
use tokio::time::{Instant, sleep, timeout};

use crate::caller::Reader;
use crate::problem::Error;
use crate::request::{Nothing, Params};
use crate::state::App;

/// How often the store is asked whether something has changed, if nobody tells: that costs
/// microseconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Pages hear of changes at most so often.
const AT_MOST_EVERY: Duration = Duration::from_secs(3);

/// Then the browser connects anew, and shows that its session still holds.
const LASTS: Duration = Duration::from_secs(10 * 60);

const STILL_HERE_EVERY: Duration = Duration::from_secs(20);

/// Changes, as they happen
///
/// Server-sent events: `changed` says that something in the store is different. The stream ends
/// after ten minutes; browsers connect anew by themselves.
#[utoipa::path(get, path = "/events", tag = "pages",
    operation_id = "getEvents",
    responses(
        (status = 200, description = "The events", content_type = "text/event-stream")))]
pub(crate) async fn events(
    _: Reader,
    Shared(app): Shared<App>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<impl IntoResponse, Error> {
    let seen = app.store().revision().await?;
    let alive = KeepAlive::new().interval(STILL_HERE_EVERY);
    Ok(Sse::new(changes(app, seen)).keep_alive(alive))
}

fn changes(app: App, seen: Revision) -> impl Stream<Item = Result<Event, Infallible>> {
    let ends_at = Instant::now() + LASTS;
    let closing = app.options().closing.clone();
    unfold((app, seen, false), move |(app, seen, pause)| {
        let mut closing = closing.clone();
        async move {
            let next = async {
                if pause {
                    sleep(AT_MOST_EVERY).await;
                }
                let changed = next_change(&app, seen, ends_at).await?;
                // A browser drops an event without data.
                let event = Event::default().event("changed").data("look again");
                Some((Ok(event), (app, changed, true)))
            };
            tokio::select! {
                next = next => next,
                _ = closing.wait_for(|closing| *closing) => None,
            }
        }
    })
}

/// `None`: the stream has lasted long enough, or the store is away.
async fn next_change(app: &App, seen: Revision, ends_at: Instant) -> Option<Revision> {
    let mut wakes = app.store().wakes(News::Content);
    while Instant::now() < ends_at {
        let now = app.store().revision().await.ok()?;
        if now != seen {
            return Some(now);
        }
        drop(timeout(LOOK_EVERY, wakes.next()).await);
    }
    None
}
