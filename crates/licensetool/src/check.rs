//! `licensetool config`: what is in force, and everything that is wrong, at once.

use std::fmt::Write as _;
use std::path::Path;

use home::Severity;

use crate::config::{self, Config, Source, Sources};
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{clock, output};

/// Prints every setting with its value and where it comes from.
pub(crate) fn show(home: &Path, sources: &Sources) -> anyhow::Result<Outcome> {
    let (_, in_force) = match config::read(home, sources) {
        Ok(read) => read,
        Err(problems) => return problems_only(&problems),
    };
    let mut text = format!("# home = {}\n", home.display());
    for (key, value, source) in &in_force {
        let value = without_password(value);
        let line = format!("{} = \"{value}\"", key.name);
        let from = if *source == Source::Environment {
            key.variable()
        } else {
            source.as_str().to_owned()
        };
        writeln!(text, "{line:<55} # {from}")?;
    }
    output::say(text.trim_end())?;
    Ok(Outcome::Fine)
}

/// Reads settings, profiles and certificates, and says every problem.
pub(crate) fn check(home: &Path, sources: &Sources) -> anyhow::Result<Outcome> {
    let mut said = match config::read(home, sources) {
        Ok((config, _)) => unusable(&config),
        Err(problems) => problems,
    };
    let mut outcome = if said.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Blind
    };
    for problem in &mut said {
        problem.insert_str(0, "error: ");
    }
    // Profiles are read also where a setting is wrong: whoever mends one mends all.
    let found = home::read(home, clock::now());
    for problem in &found.problems {
        let (word, worst) = match problem.severity {
            Severity::Error => ("error", Outcome::Blind),
            Severity::Warning => ("warning", Outcome::Found),
        };
        said.push(format!("{word}: {problem}"));
        outcome = outcome.or(worst);
    }
    said.push(format!(
        "{}: {} of {} tenants can be asked",
        home.display(),
        found.tenants.len(),
        found.tenants.len() + found.broken.len()
    ));
    output::say(&said.join("\n"))?;
    Ok(outcome)
}

/// Settings that make sense each for itself and cannot be used.
fn unusable(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    if let Err(error) = microsoft::client(&config.microsoft, Waiting::Nobody) {
        problems.push(format!("{error:#}"));
    }
    for (name, address) in [
        ("listen", config.listen),
        ("metrics_listen", config.metrics_listen),
    ] {
        if let Err(refusal) = web::check_listen(address) {
            problems.push(format!("{name}: {refusal}"));
        }
    }
    problems
}

/// Prints the reference page from which `docs/configuration.md` is made.
pub(crate) fn reference() -> anyhow::Result<Outcome> {
    output::say(config::reference().trim_end())?;
    Ok(Outcome::Fine)
}

fn problems_only(problems: &[String]) -> anyhow::Result<Outcome> {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("error: {problem}"))
        .collect();
    output::say(&lines.join("\n"))?;
    Ok(Outcome::Blind)
}

/// An address that carries a password is shown without it.
fn without_password(value: &str) -> String {
    match url::Url::parse(value) {
        Ok(mut url) if url.password().is_some() => {
            url.set_password(Some("***"))
                .expect("an address with a password can have another");
            url.to_string()
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        assert_eq!(
            without_password("postgres://u:secret@db/x"),
            "postgres://u:***@db/x"
        );
        assert_eq!(
            without_password("sqlite:licensetool.db"),
            "sqlite:licensetool.db"
        );
    }
}
