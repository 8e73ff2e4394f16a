//! A private repository: Argo CD cannot read in it by what to read it. The secret that Git holds
//! sealed is opened here, before there is a controller that could do it.

use crate::cluster::line::{Input, Line};
use crate::cluster::process::Ended;
use crate::cluster::sealing::SealingKey;
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{ARGO_CD, ROOT, Target};
use crate::sealing::REPOSITORY_SECRET;

/// None if the repository is public: then nothing is sealed for it.
pub(super) fn readable(target: &Target, key: Option<&SealingKey>) -> anyhow::Result<Option<Step>> {
    let Some(sealed) = target.sealed_way_in() else {
        return Ok(None);
    };
    let goal = "Argo CD has the way into the private repository";
    let Some(key) = key else {
        let way_out = "give the backup of the sealing key with --sealing-key: it opens what Git \
                       holds sealed for this";
        let step = Step::new(goal, way_out);
        return Ok(Some(step.must(asked(target), is_there)));
    };
    let way_out = format!(
        "`licensetool seal repository` and `licensetool seal{}` seal another way in; commit and \
         push it first",
        target.overlay_option()
    );
    let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
    let apply = target.kubectl_in(ARGO_CD, apply);
    let step = Step::new(goal, way_out)
        .unless(asked(target), opens)
        .doing(apply.reading(Input::Manifest(key.opened(&sealed)?)));
    Ok(Some(step))
}

/// One line for the secret and one for the root application. kubectl prints nothing of the secret
/// but that it is there.
fn asked(target: &Target) -> Line {
    let (secret, root) = (
        format!("secrets/{REPOSITORY_SECRET}"),
        format!("applications.argoproj.io/{ROOT}"),
    );
    let columns = "custom-columns=KIND:.kind,CONDITIONS:.status.conditions[*].type";
    let line = ["get", &secret, &root, "--ignore-not-found", "-o", columns];
    target.kubectl_in(ARGO_CD, line)
}

fn is_there(ended: &Ended) -> anyhow::Result<Answer> {
    let there = ended
        .answer()?
        .lines()
        .any(|line| line.starts_with("Secret "));
    Ok(Answer::of(there, || {
        format!("there is no secret {REPOSITORY_SECRET}")
    }))
}

/// What Git holds may be newer than what Argo CD has, which reads it by what it has: a token that
/// has ended locks the next one out.
fn opens(ended: &Ended) -> anyhow::Result<Answer> {
    let there = is_there(ended)?;
    let fails = ended.answer()?.contains("ComparisonError");
    Ok(match there {
        Answer::Yes if fails => Answer::No(format!("{ROOT} cannot be compared with Git")),
        answer => answer,
    })
}
