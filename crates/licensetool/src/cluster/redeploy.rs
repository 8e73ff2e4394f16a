//! `licensetool cluster redeploy`: takes the program's namespace away and measures how long Argo CD
//! takes to bring everything back.

use anyhow::bail;

use super::process::spoken;
use super::source;
use super::step::{Step, printed};
use super::target::{APP, ARGO_CD, Target, Where};
use super::walk::walk;
use crate::exit::Outcome;
use crate::output;

#[derive(Debug, clap::Args)]
pub(crate) struct Redeploy {
    #[command(flatten)]
    place: Where,
    /// Yes, delete the namespace licensetool; the database is in another one and stays
    #[arg(long)]
    yes: bool,
    /// Print the plan and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn redeploy(wish: Redeploy) -> anyhow::Result<Outcome> {
    let target = Target::found(wish.place, &source::top().await)?;
    let steps = plan(&target);
    if wish.dry_run {
        output::say(&printed(&steps, target.limit))?;
        return Ok(Outcome::Fine);
    }
    if !wish.yes {
        bail!(
            "this deletes the namespace {APP} of {} with all that is in it, and nobody is served \
             until Argo CD has brought it back: say --yes, or look at --dry-run",
            target.context
        );
    }
    let took = walk(&steps, &target).await?;
    let parts = steps.iter().zip(&took);
    let mut said: Vec<String> = parts
        .map(|(step, took)| format!("{:>12}  {}", spoken(*took), step.goal))
        .collect();
    let way_back = took.iter().skip(1).sum();
    said.push(format!(
        "{:>12}  the way back, after the deletion",
        spoken(way_back)
    ));
    output::say(&format!("\n{}", said.join("\n")))?;
    Ok(Outcome::Fine)
}

/// The deletion first; all else is the way back.
fn plan(target: &Target) -> Vec<Step> {
    let within = target.within();
    let application = format!("applications.argoproj.io/{APP}");
    let namespace = format!("namespace/{APP}");
    let delete = ["delete", "namespace", APP, "--ignore-not-found", &within];
    let created = ["wait", "--for=create", &namespace, &within];
    let state =
        |condition: &str| target.kubectl_in(ARGO_CD, ["wait", condition, &application, &within]);
    let available = [
        "wait",
        "--for=condition=Available",
        "deployments",
        "--all",
        &within,
    ];
    let kubectl = format!("kubectl --context {}", target.context);
    let stuck = format!("`{kubectl} describe namespace {APP}` says what keeps it");
    let away = format!(
        "`{kubectl} -n {ARGO_CD} get application {APP} -o yaml` says why Argo CD does not heal it"
    );
    let pods = format!("`{kubectl} -n {APP} get pods` shows what does not start");
    vec![
        Step::new("the namespace is gone", stuck).doing(target.kubectl(delete)),
        Step::new("Argo CD has made it again", &away)
            .wait_for_argo_cd("there is a namespace again", target.kubectl(created)),
        Step::new("everything in it is as Git says", &away).wait_for_argo_cd(
            "the application is synced",
            state("--for=jsonpath={.status.sync.status}=Synced"),
        ),
        Step::new("it is healthy", &away).wait_for_argo_cd(
            "the application is healthy",
            state("--for=jsonpath={.status.health.status}=Healthy"),
        ),
        Step::new("every service serves", pods).wait(
            "all deployments are available",
            target.kubectl_in(APP, available),
        ),
    ]
}
