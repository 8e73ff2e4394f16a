//! What this program does when it is called as `kubectl`, `minikube` or `git`.

mod kubectl;
mod minikube;
mod documents;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::town::{Calls, Town};
use crate::trouble::{How, Trouble, hang};

/// Where the pretended cluster lies.
pub(crate) const FOLDER: &str = "PRETENDED_CLUSTER";

/// What a program answers.
pub(crate) type Said = Result<String, Refused>;

/// The words on standard error, and the exit code.
pub(crate) struct Refused(pub(crate) String, pub(crate) u8);

pub(crate) fn refused<T>(words: &str) -> Result<T, Refused> {
    Err(Refused(words.to_owned(), 1))
}

/// The name under which this program was called, if it is one that it pretends to be.
pub(crate) fn called_as() -> Option<String> {
    let program = PathBuf::from(std::env::args_os().next()?);
    let name = program.file_stem()?.to_str()?.to_owned();
    ["kubectl", "minikube", "git"]
        .contains(&name.as_str())
        .then_some(name)
}

pub(crate) fn answer(program: &str) -> ExitCode {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match said(&folder, program, &arguments) {
        Ok(answer) => {
            print!("{answer}");
            ExitCode::SUCCESS
        }
        Err(Refused(words, code)) => {
            eprintln!("{words}");
            ExitCode::from(code)
        }
    }
}

fn said(folder: &Path, program: &str, arguments: &[String]) -> Said {
    let call = Calls::of(folder).add(&format!("{program} {}", arguments.join(" ")));
    let trouble = Trouble::of_call(folder, call);
    match trouble {
        Some(How::Fails) => return refused("pretended trouble"),
        Some(How::Hangs(port)) => {
            hang(port);
            return refused("pretended trouble");
        }
        Some(How::AnswerLost) | None => {}
    }
    let mut town = Town::read(folder);
    let before = town.clone();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match program {
        "minikube" => minikube::said(&mut town, &words),
        "git" => git(&town, &words),
        _ => kubectl::said(folder, &mut town, &words, call),
    };
    if town != before {
        town.write(folder);
    }
    match trouble {
        Some(_) => refused("pretended trouble: the answer is lost"),
        None => answer,
    }
}

fn git(town: &Town, words: &[&str]) -> Said {
    match words {
        // Already at the top.
        ["rev-parse", "--show-cdup"] => Ok("\n".to_owned()),
        ["status", "--porcelain", ..] => Ok(town
            .answers
            .get("changed")
            .map_or_else(String::new, |changed| changed.as_str().unwrap().to_owned())),
        ["rev-list", "--count", ..] => Ok("0\n".to_owned()),
        ["ls-remote", ..] => documents::remote(town),
        words => refused(&format!("git does not know {words:?}")),
    }
}
