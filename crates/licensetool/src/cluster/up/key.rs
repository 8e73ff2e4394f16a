//! The sealing key comes before everything that Git holds sealed, or none of it can be opened.

use std::fs;

use anyhow::Context as _;
use seal::Certificate;

use crate::cluster::keys::{self, Kept};
use crate::cluster::line::Input;
use crate::cluster::process::Ended;
use crate::cluster::sealing::SealingKey;
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{CONTROLLERS, Target};
use crate::sealing::key_command;

/// Two steps: the cluster has the key, and its controller has read it.
pub(super) fn given(target: &Target, key: Option<&SealingKey>) -> anyhow::Result<[Step; 2]> {
    let file = target.sealing_certificate();
    let sealing = fs::read(&file).with_context(|| {
        format!(
            "the sealing certificate {} cannot be read: {} makes it",
            file.display(),
            key_command("new", &file)
        )
    })?;
    let sealing = Certificate::parse(&sealing).with_context(|| file.display().to_string())?;
    Ok([
        in_cluster(target, key, sealing.clone()),
        known(target, sealing),
    ])
}

fn in_cluster(target: &Target, key: Option<&SealingKey>, sealing: Certificate) -> Step {
    let has = move |ended: &Ended| {
        let kept = Kept::read(ended)?;
        Ok(Answer::of(kept.key(&sealing).is_some(), || {
            match kept.keys.len() {
                0 => "there is no sealing key".to_owned(),
                n => format!("there are {n} sealing keys, and none that sealed what Git holds"),
            }
        }))
    };
    let step = Step::new(
        "the cluster has the sealing key",
        "give the backup of the key that sealed what Git holds with --sealing-key",
    );
    let Some(key) = key else {
        return step.must(keys::line(target), has);
    };
    // On the server's side: the other way would write the key into an annotation, too.
    let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
    let apply = target.kubectl_in(CONTROLLERS, apply);
    step.unless(keys::line(target), has)
        .doing(apply.reading(Input::Manifest(key.manifest())))
}

/// A controller reads its keys when it starts. One that ran before the key came starts again.
fn known(target: &Target, sealing: Certificate) -> Step {
    let way_out = format!(
        "`kubectl --context {} -n {CONTROLLERS} logs deployment/sealed-secrets` says which keys \
         it has read",
        target.context
    );
    let has_read = move |ended: &Ended| {
        let kept = Kept::read(ended)?;
        let older = kept.controllers_before(&sealing);
        Ok(Answer::of(older.is_empty(), || {
            format!("{} ran before the key came", older.join(", "))
        }))
    };
    let deployment = "deployment/sealed-secrets";
    let within = target.within();
    let restart = ["rollout", "restart", deployment];
    let ready = ["rollout", "status", deployment, &within];
    Step::new("the controller of sealed secrets reads the key", way_out)
        .unless(keys::line(target), has_read)
        .doing(target.kubectl_in(CONTROLLERS, restart))
        .doing(target.kubectl_in(CONTROLLERS, ready))
}
