//! What the process tells its caller by its exit code.

use std::io;
use std::process::ExitCode;

use crate::output;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Fine,
    /// Something was found that a person should act on: a shortage, a problem.
    Found,
    /// Something could not be looked at, or the command failed.
    Blind,
}

impl Outcome {
    /// The worse of two.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.code() >= other.code() {
            self
        } else {
            other
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Blind => 2,
        }
    }
}

/// Says a failure in one line and turns it into a code. A reader that hung up, as in
/// `licensetool status | head`, is no failure.
pub(crate) fn code_of(result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) if reader_hung_up(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("licensetool: {error:#}"));
            ExitCode::from(Outcome::Blind.code())
        }
    }
}

fn reader_hung_up(error: &anyhow::Error) -> bool {
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken_pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_outcome_counts() {
        assert_eq!(Outcome::Fine.or(Outcome::Found), Outcome::Found);
        assert_eq!(Outcome::Blind.or(Outcome::Found), Outcome::Blind);
        assert_eq!(Outcome::Fine.or(Outcome::Fine), Outcome::Fine);
    }

    #[test]
    fn a_reader_that_hung_up_is_no_failure() {
        let hung_up = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(reader_hung_up(
            &anyhow::Error::from(hung_up).context("printing")
        ));
        assert!(!reader_hung_up(&anyhow::anyhow!("something else")));
    }
}
