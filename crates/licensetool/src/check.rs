//! `licensetool config`: what is in force, and everything that is wrong, at once.

use std::fmt::{Display, Write as _};
use std::path::Path;

use home::Severity;

use crate::config::{self, Config, Source, Sources};
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::run::tls::Certificate;
use crate::sharepoint::Profiles;
use crate::{clock, outlets, output, sign_in, stored};

/// Prints every setting with its value and where it comes from.
pub(crate) fn show(home: &Path, sources: &Sources) -> anyhow::Result<Outcome> {
    let (_, in_force) = match config::read(home, sources) {
        Ok(read) => read,
        Err(problems) => return problems_only(&problems),
    };
    let mut text = format!("# home = {}\n", home.display());
    for (key, value, source) in &in_force.settings {
        let from = from(*source, || key.variable());
        writeln!(text, "{:<55} # {from}", line(key.name, value))?;
    }
    for (channel, settings) in &in_force.channels {
        writeln!(text, "\n[channel.{channel}]")?;
        for (key, value, source) in settings {
            let from = from(*source, || config::channel_variable(channel, key.name));
            writeln!(text, "{:<55} # {from}", line(key.name, value))?;
        }
    }
    output::say(text.trim_end())?;
    Ok(Outcome::Fine)
}

fn line(name: &str, value: &str) -> String {
    format!("{name} = \"{}\"", without_secrets(value))
}

fn from(source: Source, variable: impl FnOnce() -> String) -> String {
    if source == Source::Environment {
        variable()
    } else {
        source.as_str().to_owned()
    }
}

/// Reads settings, channels, profiles and certificates, and says every problem.
pub(crate) fn check(home: &Path, sources: &Sources) -> anyhow::Result<Outcome> {
    // Profiles are read also where a setting is wrong: whoever mends one mends all.
    let mut found = home::read(home, clock::now());
    let profiles = Profiles::new(std::mem::take(&mut found.sharepoint));
    let mut said = Vec::new();
    let mut outcome = Outcome::Fine;
    let mut say = |severity, problem: &dyn Display| {
        let (word, worst) = match severity {
            Severity::Error => ("error", Outcome::Blind),
            Severity::Warning => ("warning", Outcome::Found),
        };
        said.push(format!("{word}: {problem}"));
        outcome = outcome.or(worst);
    };
    match config::read(home, sources) {
        Ok((config, _)) => {
            let made = outlets::make(&config, &profiles);
            let errors = unusable(&config)
                .into_iter()
                .chain(no_sign_in(&config, &found))
                .chain(made.errors)
                .chain(made.unresolved);
            errors.for_each(|error| say(Severity::Error, &error));
            let key_file = config.sign_in.as_ref().map(|it| it.key_file.as_path());
            let too_open = key_file.and_then(outlets::too_open);
            let warnings = too_open.map(|it| format!("session.key_file: {it}"));
            made.warnings
                .iter()
                .chain(&warnings)
                .for_each(|warning| say(Severity::Warning, warning));
            for (keeps_out, problem) in stored::problems(&config.store) {
                let severity = match keeps_out {
                    true => Severity::Error,
                    false => Severity::Warning,
                };
                say(severity, &problem);
            }
        }
        Err(problems) => problems
            .iter()
            .for_each(|problem| say(Severity::Error, problem)),
    }
    for problem in &found.problems {
        say(problem.severity, problem);
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
        if config.sign_in.is_none()
            && let Err(refusal) = web::check_listen(address)
        {
            problems.push(format!("{name}: {refusal}"));
        }
    }
    let certificate = config.tls.as_ref().map(Certificate::open).transpose();
    problems.extend(certificate.err().map(|error| format!("{error:#}")));
    problems
}

/// Why nobody can sign in, besides what is said of the home folder's files.
fn no_sign_in(config: &Config, found: &home::Home) -> Vec<String> {
    let Some(settings) = &config.sign_in else {
        return Vec::new();
    };
    let mut problems: Vec<String> = sign_in::keys(settings).err().into_iter().collect();
    match &found.sign_in {
        Some(profile) => {
            let app = sign_in::app(config, profile);
            problems.extend(app.err().map(|error| format!("{error:#}")));
        }
        None if sign_in::has_profile(&config.home) => {}
        None => problems.push(sign_in::NO_PROFILE.to_owned()),
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

/// An address that carries a password or a query, which may be a key, is shown without it.
fn without_secrets(value: &str) -> String {
    match url::Url::parse(value) {
        Ok(mut url) if url.password().is_some() || url.query().is_some() => {
            if url.password().is_some() {
                url.set_password(Some("***"))
                    .expect("an address with a password can have another");
            }
            if url.query().is_some() {
                url.set_query(Some("***"));
            }
            url.to_string()
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_in_an_address_is_not_shown() {
        let check = |value: &str, shown: &str| assert_eq!(without_secrets(value), shown);
        check("postgres://u:secret@db/x", "postgres://u:***@db/x");
        check("https://hook.example/a?key=1", "https://hook.example/a?***");
        check("sqlite:licensetool.db", "sqlite:licensetool.db");
    }
}
