//! The run as a whole: processes begin, schools live, clients ask, trouble comes and goes, and then
//! everything has to come to rest and be right.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::check;
use crate::cluster::Cluster;
use crate::company::{Company, Older};
use crate::town::Town;
use crate::{clients, rolling, trouble};

/// How long it may take until everything is as it should be, before trouble and after it.
const PATIENCE: Duration = Duration::from_secs(150);

/// What befalls the processes.
pub(crate) enum Trial {
    /// They are killed, stopped and cut off.
    Trouble { seconds: u64 },
    /// They are replaced by a newer release.
    Rolling(Older),
}

/// All that was found wrong.
pub(crate) async fn told(seed: u64, trial: &Trial) -> Vec<String> {
    let began = Instant::now();
    let (name, older) = match trial {
        Trial::Trouble { .. } => ("chaos", Older::ThisOne),
        Trial::Rolling(older) => ("rolling", older.clone()),
    };
    let logs = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&logs).unwrap();
    println!("what the processes say: {}", logs.display());
    let company = Arc::new(Company::new(seed, older).await);
    let town = Arc::new(Town::new(&company));
    let cluster = Arc::new(Cluster::start(&company, &logs).await);
    until_judged(&town).await;
    println!("{:?}: all schools were seen and judged", began.elapsed());

    let (stop, end) = (CancellationToken::new(), CancellationToken::new());
    let asking = clients::ask(
        Arc::clone(&company),
        Arc::clone(&cluster),
        seed,
        end.clone(),
    );
    let asking = tokio::spawn(asking);
    let living = tokio::spawn({
        let (town, stop) = (Arc::clone(&town), stop.clone());
        async move { town.lives(seed, &stop).await }
    });
    match trial {
        Trial::Trouble { seconds } => trouble::befalls(&company, &cluster, seed, *seconds).await,
        Trial::Rolling(_) => rolling::befalls(&company, &cluster).await,
    }
    stop.cancel();
    living.await.unwrap();
    let since = check::now(&company);
    println!("{:?}: trouble is over", began.elapsed());
    rests(&company, &town, since).await;
    println!("{:?}: all has come to rest", began.elapsed());
    end.cancel();
    let told = asking.await.unwrap();
    let changes: usize = town
        .schools
        .lock()
        .unwrap()
        .iter()
        .map(|it| it.used.len() - 1)
        .sum();
    let hooks = company.sink.hooks().len();
    println!("{told:?}, {changes} changes of seats, {hooks} webhooks");
    for wrong in check::wrong(&company, &town) {
        company.found(wrong);
    }
    let cluster = Arc::into_inner(cluster).expect("nobody asks any more");
    cluster.end().await;
    println!("{:?}: all processes have ended", began.elapsed());
    company.findings()
}

/// Waits until everybody was seen; the list takes longer, and trouble finds it half written.
async fn until_judged(town: &Town) {
    let judging = async {
        let mut beat = tokio::time::interval(Duration::from_millis(500));
        while town.looks().await > 0 {
            beat.tick().await;
        }
    };
    let judged = tokio::time::timeout(PATIENCE, judging).await;
    judged.expect("without any trouble all schools are seen and judged");
}

/// Waits until nothing is left to do.
async fn rests(company: &Company, town: &Town, since: i64) {
    let mut left = Vec::new();
    let resting = async {
        let mut beat = tokio::time::interval(Duration::from_millis(500));
        loop {
            beat.tick().await;
            left = check::left(company, town, since).await;
            if left.is_empty() {
                return;
            }
        }
    };
    if tokio::time::timeout(PATIENCE, resting).await.is_err() {
        company.found(format!("it never came to rest: {left:?}"));
    }
}
