//! Says at once that there is something to do, so that nobody waits for their next look at the
//! store.
//!
//! Looking is the truth: whoever works looks into the store at the start and every so often, and
//! finds all that is due. A wake only makes the next look come sooner. So none needs to be kept,
//! counted or confirmed, and one that is lost costs a little time.
//!
//! On PostgreSQL a transaction that makes work says so with `NOTIFY`, and with its commit every
//! process hears of it that runs [`Store::listen`]. A file of SQLite is one process's: there its
//! own transactions wake it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::Store;

/// The channel of PostgreSQL's on which all is said, and nothing else.
pub(crate) const CHANNEL: &str = "licensetool";

/// What is said so shortly after a wake is heard with the next one: a busy store wakes nobody more
/// than five times a second.
const SPACING: Duration = Duration::from_millis(200);

/// What there can be news of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Tenants that are to be looked at: new, switched on, or asked for by somebody.
    Looks,
    /// Tenants that are to be judged, because what they are judged by has changed.
    Judgements,
    /// Messages that are to be delivered, and channels that are to be brought up to date.
    Deliveries,
    /// Numbers, alerts, rules or answers that people see. All of the others are this, too.
    Content,
}

impl News {
    const ALL: [Self; 4] = [
        Self::Looks,
        Self::Judgements,
        Self::Deliveries,
        Self::Content,
    ];

    /// As it is said to other processes.
    fn word(self) -> &'static str {
        match self {
            Self::Looks => "looks",
            Self::Judgements => "judgements",
            Self::Deliveries => "deliveries",
            Self::Content => "content",
        }
    }
}

/// Tells of news of one kind. See [`Store::wakes`].
#[derive(Clone, Debug)]
pub struct Wakes {
    heard: watch::Receiver<()>,
    /// Before this moment no other wake comes. `None`: none has come yet.
    next_at: Option<Instant>,
    /// Whose ropes are heard: as long as it hangs, they are there.
    _bell: Bell,
}

impl Wakes {
    /// Waits for news that came after the last wake, or after these wakes were made. Many at once
    /// are one. Whoever stops waiting misses nothing: what came is told the next time.
    ///
    /// It may also wake without any, as when other processes could not be heard for a while.
    pub async fn next(&mut self) {
        if let Some(next_at) = self.next_at {
            sleep_until(next_at).await;
        }
        let heard = self.heard.changed().await;
        heard.expect("the bell hangs as long as somebody waits for it");
        self.next_at = Some(Instant::now() + SPACING);
    }
}

impl Store {
    /// Wakes whoever waits for news of one kind. They are to be made before the first look: what
    /// comes after that is told.
    ///
    /// On PostgreSQL they come only while somebody runs [`Store::listen`]; without it, looking
    /// every so often is all there is.
    pub fn wakes(&self, of: News) -> Wakes {
        self.bell().wakes(of)
    }
}

/// A set of news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told([bool; News::ALL.len()]);

impl Told {
    pub(crate) fn all() -> Self {
        Self([true; News::ALL.len()])
    }

    pub(crate) fn add(&mut self, news: News) {
        self.0[news as usize] = true;
    }

    fn has(self, news: News) -> bool {
        self.0[news as usize]
    }

    /// What a commit says to other processes; nothing, if nothing is new.
    pub(crate) fn statement(self) -> String {
        let told = News::ALL.into_iter().filter(|news| self.has(*news));
        let words: Vec<_> = told.map(News::word).collect();
        match words.is_empty() {
            true => String::new(),
            false => format!("NOTIFY {CHANNEL}, '{}'; ", words.join(" ")),
        }
    }

    /// What another process has said. A newer program may say more, which is not for this one.
    pub(crate) fn heard(text: &str) -> Self {
        let mut told = Self::default();
        for word in text.split(' ') {
            let known = News::ALL.into_iter().find(|news| news.word() == word);
            // Whatever it is, somebody has changed something.
            told.add(known.unwrap_or(News::Content));
        }
        told
    }
}

/// What is rung when there is news in this process. Clones ring together.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<Hung>);

#[derive(Debug)]
struct Hung {
    ropes: [watch::Sender<()>; News::ALL.len()],
    /// Whether other processes are heard at the moment.
    listens: AtomicBool,
}

impl Bell {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Hung {
            ropes: News::ALL.map(|_| watch::Sender::new(())),
            listens: AtomicBool::new(false),
        }))
    }

    fn wakes(&self, of: News) -> Wakes {
        Wakes {
            heard: self.0.ropes[of as usize].subscribe(),
            next_at: None,
            _bell: self.clone(),
        }
    }

    pub(crate) fn ring(&self, told: Told) {
        if told == Told::default() {
            return;
        }
        for news in News::ALL {
            if told.has(news) || news == News::Content {
                self.0.ropes[news as usize].send_replace(());
            }
        }
    }

    pub(crate) fn listens(&self) -> bool {
        self.0.listens.load(Ordering::Relaxed)
    }

    pub(crate) fn set_listens(&self, listens: bool) {
        self.0.listens.store(listens, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a wake is there without any waiting.
    async fn comes(wakes: &mut Wakes) -> bool {
        let next = tokio::time::timeout(Duration::from_secs(3600), wakes.next());
        next.await.is_ok()
    }

    fn told(news: &[News]) -> Told {
        let mut told = Told::default();
        news.iter().for_each(|news| told.add(*news));
        told
    }

    #[tokio::test(start_paused = true)]
    async fn each_hears_of_its_own_news_and_content_of_all() {
        let bell = Bell::new();
        let mut all = News::ALL.map(|of| bell.wakes(of));
        for (rung, expected) in [
            (News::Looks, [true, false, false, true]),
            (News::Judgements, [false, true, false, true]),
            (News::Deliveries, [false, false, true, true]),
            (News::Content, [false, false, false, true]),
        ] {
            bell.ring(told(&[rung]));
            for (wakes, expected) in all.iter_mut().zip(expected) {
                assert_eq!(comes(wakes).await, expected, "{rung:?}");
            }
        }
        bell.ring(Told::default());
        for wakes in &mut all {
            assert!(!comes(wakes).await, "nothing was said");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once_are_one_and_none_comes_right_after_another() {
        let bell = Bell::new();
        let mut wakes = bell.wakes(News::Looks);
        for _ in 0..9 {
            bell.ring(told(&[News::Looks]));
        }
        let began = Instant::now();
        wakes.next().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        bell.ring(told(&[News::Looks]));
        // Whoever stops waiting misses nothing.
        let short = tokio::time::timeout(SPACING / 2, wakes.next()).await;
        assert!(short.is_err());
        wakes.next().await;
        assert_eq!(began.elapsed(), SPACING);
        assert!(!comes(&mut wakes).await);
    }

    #[test]
    fn what_is_said_is_understood_also_by_older_programs() {
        assert_eq!(Told::default().statement(), "");
        let two = told(&[News::Deliveries, News::Looks]);
        let said = "NOTIFY licensetool, 'looks deliveries'; ";
        assert_eq!(two.statement(), said);
        assert_eq!(Told::heard("looks deliveries"), two);
        let newer = Told::heard("forecasts looks");
        assert_eq!(newer, told(&[News::Content, News::Looks]));
    }
}
