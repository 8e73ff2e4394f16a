//! `licensetool cluster verify`: the control plan, each check with what is expected and found.

mod report;
mod doorbell;
mod running;
mod sealed;
mod versions;

use anyhow::Context as _;
use seal::Certificate;

use super::entrance;
use super::line::Line;
use super::process::{Ended, Show, run};
use super::source;
use super::target::{Target, Where};
use super::walk::well;
use crate::columns::Format;
use crate::exit::Outcome;
use crate::output;
use report::{Report, Verdict};

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    place: Where,
    /// Where the ingress answers, if not at its own address: 127.0.0.1:443 with minikube's tunnel
    #[arg(long, value_name = "ADDRESS:PORT")]
    ingress: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(crate) async fn verify(wish: Verify) -> anyhow::Result<Outcome> {
    let target = Target::found(wish.place, &source::top().await)?;
    let mut plan = Plan {
        target: &target,
        report: Report::default(),
    };
    plan.check(wish.ingress).await;
    let report = plan.report;
    output::say(&match wish.format {
        Format::Table => report.table(),
        Format::Json => report.json(&target.context)?,
    })?;
    Ok(report.outcome())
}

/// The plan while it is gone through.
struct Plan<'a> {
    target: &'a Target,
    report: Report,
}

impl Plan<'_> {
    async fn check(&mut self, ingress: Option<String>) {
        let ready = self.target.kubectl(["get", "--raw", "/readyz"]);
        let answered = self.asked("cluster", "answers", &ready, |ended| {
            ended.answer().map(|answer| answer.trim().to_owned())
        });
        let Some(answer) = answered.await else {
            let why = "not looked at before the cluster answers";
            self.report.add("all else", "", Verdict::Unknown, why, "");
            return;
        };
        self.report.well("cluster", "answers", answer);
        let applications = self.applications().await;
        self.namespace().await;
        let pods = self.pods().await;
        self.unsealed().await;
        self.sealing_key().await;
        if let Some(certificate) = self.host_certificate().await {
            self.ingress(ingress, &certificate).await;
        }
        self.revision(applications.as_deref()).await;
        self.images(pods.as_deref()).await;
    }

    /// Asks, and notes what could not be asked. People see each command on standard error: the
    /// answer is on standard output.
    async fn asked<T>(
        &mut self,
        check: &str,
        expected: &str,
        line: &Line,
        read: impl FnOnce(&Ended) -> anyhow::Result<T>,
    ) -> Option<T> {
        output::complain(&format!("$ {line}"));
        let ended = run(line, self.target.question(), Show::Nothing).await;
        let read = well(line, ended)
            .and_then(|ended| read(&ended).with_context(|| format!("`{}`", line.command())));
        match read {
            Ok(read) => Some(read),
            Err(error) => {
                let found = format!("{error:#}");
                let advice = format!("try it: {}", line.command());
                self.report
                    .add(check, expected, Verdict::Unknown, found, &advice);
                None
            }
        }
    }

    /// The page that says whether the program is well, over TLS with the cluster's certificate.
    async fn ingress(&mut self, given: Option<String>, certificate: &Certificate) {
        let (check, expected) = ("ingress", "answers with 200 and its certificate");
        let address = match given {
            Some(address) => Ok(address),
            None => {
                let line = entrance::line(self.target);
                output::complain(&format!("$ {line}"));
                let address = entrance::address(self.target, &line).await;
                address.map(|address| match address.contains(':') {
                    true => format!("[{address}]:443"),
                    false => format!("{address}:443"),
                })
            }
        };
        let address = match address {
            Ok(address) => address,
            Err(error) => {
                let found = format!("{error:#}");
                self.report
                    .add(check, expected, Verdict::Unknown, found, "");
                return;
            }
        };
        let limit = self.target.question();
        let host = source::host(self.target);
        match doorbell::version(&address, &host, certificate, limit).await {
            Ok(version) => self
                .report
                .well(check, expected, format!("version {version}")),
            Err(error) => self.report.add(
                check,
                expected,
                Verdict::Fail,
                format!("{error:#}"),
                "on macOS and Windows run `minikube tunnel` and give --ingress 127.0.0.1:443; else \
                 look at the pods of the namespace ingress-nginx, and whether web is ready",
            ),
        }
    }
}
