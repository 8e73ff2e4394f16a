//! Goes through a plan: asks, acts, waits, and says each command and what it waits for.

use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};

use super::line::Line;
use super::process::{Ended, Show, run, spoken};
use super::step::{Answer, Ask, Part, Step, Wait};
use super::target::Target;
use super::watch::Watch;
use crate::output;

/// Does what is not done yet, step by step, and says how long each took. What was done by a run
/// that broke is found done.
pub(super) async fn walk(steps: &[Step], target: &Target) -> anyhow::Result<Vec<Duration>> {
    let mut watch = Watch::new(target);
    let mut took = Vec::new();
    for step in steps {
        let begin = Instant::now();
        output::say(&format!("\n== {}", step.goal))?;
        taken(step, target, &mut watch).await.map_err(|error| {
            anyhow!(
                "{error:#}\n  → {}\n  Then give the same command again: it goes on from here.",
                step.way_out
            )
            .context(format!("this does not hold yet: {}", step.goal))
        })?;
        took.push(begin.elapsed());
        output::say(&format!("✓ {} ({})", step.goal, spoken(begin.elapsed())))?;
    }
    Ok(took)
}

async fn taken(step: &Step, target: &Target, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    let (mut is_done, mut has_acted) = (false, false);
    // Questions that follow each other are about the same actions.
    let mut was_question = false;
    for part in &step.parts {
        is_done &= was_question || !matches!(part, Part::Unless(_));
        was_question = matches!(part, Part::Unless(_));
        match part {
            Part::Unless(_) if is_done => {}
            Part::Unless(ask) => match answer(ask, target).await? {
                Answer::Yes => is_done = true,
                Answer::No(seen) => output::say(&format!("  not yet: {seen}"))?,
            },
            Part::Must(ask) => {
                if let Answer::No(seen) = answer(ask, target).await? {
                    return Err(anyhow!("`{}` shows: {seen}", ask.line.command()));
                }
            }
            Part::Do(_) if is_done => {}
            Part::Do(line) => {
                has_acted = true;
                output::say(&format!("$ {line}"))?;
                let ended = run(line, target.patience(), Show::Lines).await;
                well(line, ended)?;
            }
            Part::Wait(wait) => waited(wait, target, watch).await?,
        }
    }
    if is_done && !has_acted && step.parts.iter().any(|part| matches!(part, Part::Do(_))) {
        output::say("  is so already")?;
    }
    Ok(())
}

async fn answer(ask: &Ask, target: &Target) -> anyhow::Result<Answer> {
    output::say(&format!("$ {}", ask.line))?;
    let ended = run(&ask.line, target.question(), Show::Nothing).await;
    let judged = ended.and_then(|ended| (ask.judge)(&ended));
    judged.with_context(|| format!("`{}`", ask.line.command()))
}

async fn waited(wait: &Wait, target: &Target, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    let limit = spoken(target.limit);
    output::say(&format!("  waits up to {limit} until {}", wait.until))?;
    output::say(&format!("$ {}", wait.line))?;
    let waiting = run(&wait.line, target.patience(), Show::Nothing);
    let ended = match wait.beside_argo_cd {
        true => watch.beside(waiting).await,
        false => waiting.await,
    };
    well(&wait.line, ended)
        .map(drop)
        .with_context(|| match watch.seen() {
            Some(seen) if wait.beside_argo_cd => {
                format!("waited until {} (last seen: {seen})", wait.until)
            }
            _ => format!("waited until {}", wait.until),
        })
}

/// An end with a status that is not zero is a failure, with what the program said.
pub(super) fn well(line: &Line, ended: anyhow::Result<Ended>) -> anyhow::Result<Ended> {
    let command = line.command();
    let ended = ended.with_context(|| format!("`{command}`"))?;
    match ended.is_well() {
        true => Ok(ended),
        false => Err(anyhow!("`{command}`: {}", ended.complaint())),
    }
}
