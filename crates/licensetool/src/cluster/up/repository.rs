//! A private repository: by what to read it lies sealed in it, where Argo CD cannot read without.
//! Where a controller of sealed secrets runs, it gets the sealed secret from here; where none does,
//! the secret is opened here.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cluster::line::{Input, Line};
use crate::cluster::process::Ended;
use crate::cluster::sealing::SealingKey;
use crate::cluster::seen::{Deployment, is_locked_out};
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{ARGO_CD, CONTROLLERS, REFRESH, ROOT, Target};
use crate::sealing::REPOSITORY_SECRET;

const SEALED_SECRETS: &str = "sealedsecrets.bitnami.com";

/// None if the repository is public: then nothing is sealed for it.
///
/// # Errors
/// If the key does not open what is sealed, or that was sealed for another address.
pub(super) fn readable(
    target: &Target,
    address: &str,
    key: Option<&SealingKey>,
) -> anyhow::Result<Option<Step>> {
    let Some(sealed) = target.sealed_way_in() else {
        return Ok(None);
    };
    let again = format!(
        "`licensetool seal repository` and `licensetool seal{}` make it anew; commit and push it",
        target.overlay_option()
    );
    let file = sealed.to_string_lossy();
    let secret = format!("{SEALED_SECRETS}/{REPOSITORY_SECRET}");
    let within = target.within();
    let synced = ["wait", "--for=condition=Synced", &secret, &within];
    let judged = |judge: fn(&Seen, &str) -> Answer| {
        let address = address.to_owned();
        move |ended: &Ended| Ok(judge(&Seen::read(ended)?, &address))
    };
    let by_controller = Step::new("Argo CD has the way into the private repository", &again)
        .unless(asked(target), judged(Seen::needs_nobody))
        .unless(controller(target), |ended| Ok(runs(ended)?.not("it runs")))
        .doing(target.kubectl_in(ARGO_CD, with(&file)))
        .doing(target.kubectl_in(ARGO_CD, synced))
        .doing(target.kubectl_in(ARGO_CD, REFRESH));
    let Some(key) = key else {
        let mut step = by_controller.must(asked(target), judged(Seen::is_there));
        step.way_out = format!(
            "give the backup of the sealing key with --sealing-key: it opens what Git holds sealed \
             for this. If that is no more right: {again}"
        );
        return Ok(Some(step));
    };
    let opened = key.opened(&sealed)?;
    if opened.address != address {
        bail!(
            "{file} opens {}, and Argo CD reads {address}: {again}",
            opened.address
        );
    }
    let from_stdin = target.kubectl_in(ARGO_CD, with("-"));
    let step = by_controller
        .unless(asked(target), judged(Seen::needs_nobody))
        .unless(controller(target), runs)
        .doing(from_stdin.reading(Input::Manifest(opened.manifest)));
    Ok(Some(step))
}

fn with(file: &str) -> [&str; 5] {
    ["apply", "--server-side", "--force-conflicts", "-f", file]
}

fn controller(target: &Target) -> Line {
    let what = "deployment/sealed-secrets";
    target.kubectl_in(
        CONTROLLERS,
        ["get", what, "--ignore-not-found", "-o", "json"],
    )
}

/// Whether the controller opens what it gets: its definitions are there before it is.
fn runs(ended: &Ended) -> anyhow::Result<Answer> {
    let answer = ended.answer()?.trim();
    let is_available = match answer.is_empty() {
        true => false,
        false => {
            let found: Deployment = serde_json::from_str(answer).context("it is no Deployment")?;
            found.is_available()
        }
    };
    Ok(Answer::of(is_available, || {
        "no controller of sealed secrets runs".to_owned()
    }))
}

/// One line for the secret and one for the root application. Of the secret kubectl prints nothing
/// but the address.
fn asked(target: &Target) -> Line {
    let things = [
        format!("secrets/{REPOSITORY_SECRET}"),
        format!("applications.argoproj.io/{ROOT}"),
    ];
    let columns = "custom-columns=KIND:.kind,URL:.data.url,SAID:.status.conditions[*].message";
    let things = things.iter().map(String::as_str);
    let words = std::iter::once("get").chain(things);
    target.kubectl_in(ARGO_CD, words.chain(["--ignore-not-found", "-o", columns]))
}

/// What Argo CD has.
#[derive(Debug, Default)]
struct Seen {
    /// The address in the secret.
    url: Option<String>,
    has_root: bool,
    is_locked_out: bool,
}

impl Seen {
    fn read(ended: &Ended) -> anyhow::Result<Self> {
        let mut seen = Self::default();
        for line in ended.answer()?.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("Secret") => {
                    let url = STANDARD.decode(words.next().unwrap_or_default());
                    let url = String::from_utf8(url.unwrap_or_default());
                    seen.url = Some(url.unwrap_or_default());
                }
                Some("Application") => seen.has_root = true,
                // What the application says can have several lines.
                _ => {}
            }
            seen.is_locked_out |= is_locked_out(line);
        }
        Ok(seen)
    }

    fn is_there(&self, address: &str) -> Answer {
        match &self.url {
            Some(url) if url == address => Answer::Yes,
            Some(url) => Answer::No(format!("{REPOSITORY_SECRET} opens {url}, not {address}")),
            None => Answer::No(format!("there is no secret {REPOSITORY_SECRET}")),
        }
    }

    /// What Git holds may be newer than what Argo CD has, which reads it by what it has: a token
    /// that has ended locks the next one out. Without the root application nobody has tried yet.
    fn needs_nobody(&self, address: &str) -> Answer {
        match self.is_there(address) {
            Answer::Yes if self.is_locked_out => {
                Answer::No("Argo CD cannot read by what it has".to_owned())
            }
            Answer::Yes if !self.has_root => Answer::No("nobody has tried it yet".to_owned()),
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_wrong_or_refused_is_given_anew() {
        let address = "https://git.test/a.git";
        let seen = |url: Option<&str>, has_root, is_locked_out| Seen {
            url: url.map(str::to_owned),
            has_root,
            is_locked_out,
        };
        let check = |seen: &Seen, is_there: bool, is_enough: bool| {
            let yes = |answer: Answer| answer == Answer::Yes;
            assert_eq!(yes(seen.is_there(address)), is_there, "{seen:?}");
            assert_eq!(yes(seen.needs_nobody(address)), is_enough, "{seen:?}");
        };
        check(&seen(Some(address), true, false), true, true);
        check(&seen(Some(address), true, true), true, false);
        check(&seen(Some(address), false, false), true, false);
        check(
            &seen(Some("https://git.test/b.git"), true, false),
            false,
            false,
        );
        check(&seen(None, true, false), false, false);
    }
}
