//! Where a passphrase comes from: a file, the environment, or somebody at the terminal.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use console::Term;
use zeroize::Zeroizing;

use crate::config::Sources;
use crate::outlets::secret_text;

const VARIABLE: &str = "LICENSETOOL_PASSPHRASE";
/// Whoever has the backup can try as fast as scrypt lets them.
const LEAST_LETTERS: usize = 12;

#[derive(Debug, clap::Args)]
pub(crate) struct Passphrase {
    /// A file with the backup's passphrase on its first line [default: $LICENSETOOL_PASSPHRASE,
    /// else it is asked for]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The passphrase of something that is there.
    pub(crate) fn known(&self) -> anyhow::Result<Zeroizing<String>> {
        match self.given()? {
            Some(given) => Ok(given),
            None => ask("Passphrase of the backup: "),
        }
    }

    /// One for something new: long enough, and typed twice.
    pub(crate) fn new_one(&self) -> anyhow::Result<Zeroizing<String>> {
        let passphrase = match self.given()? {
            Some(given) => given,
            None => {
                let one = ask("New passphrase of the backup: ")?;
                let again = ask("The same again: ")?;
                ensure!(one == again, "the two are not the same: begin again");
                one
            }
        };
        let letters = passphrase.chars().count();
        ensure!(
            letters >= LEAST_LETTERS,
            "the passphrase has {letters} letters, {LEAST_LETTERS} are the least: four or five \
             words at random are easy to keep"
        );
        Ok(passphrase)
    }

    fn given(&self) -> anyhow::Result<Option<Zeroizing<String>>> {
        if let Some(file) = &self.passphrase_file {
            let text = secret_text(file).map_err(anyhow::Error::msg)?;
            let line = text.lines().next().unwrap_or_default();
            if line.is_empty() {
                bail!("{} has no passphrase on its first line", file.display());
            }
            return Ok(Some(Zeroizing::new(line.to_owned())));
        }
        let environment = Sources::from_environment();
        let variable = environment.variable(VARIABLE);
        Ok(variable.map(|text| Zeroizing::new(text.to_owned())))
    }
}

/// Asks at the terminal without showing what is typed.
fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let terminal = Term::stderr();
    ensure!(
        terminal.is_term(),
        "there is no terminal to ask for the passphrase: name --passphrase-file, or set {VARIABLE}"
    );
    terminal.write_str(prompt)?;
    let line = terminal.read_secure_line();
    let line = Zeroizing::new(line.context("the terminal cannot be read")?);
    ensure!(!line.is_empty(), "nothing was typed");
    Ok(line)
}
