//! What the running program says to its operator: on standard output for services, which say
//! nothing else there, and on standard error for commands.

mod masked;

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Log, LogFormat};
use crate::output;
use masked::Masked;

/// Who reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Collectors of logs, or an operator at a terminal.
    IsTheLog,
    /// Whoever has given a command, and waits for its answer.
    IsTheAnswer,
}

/// Starts logging.
pub(crate) fn start(log: &Log, output: Output) -> anyhow::Result<()> {
    match output {
        Output::IsTheLog => {
            let watched = output::is_shown();
            let unsaid = if watched {
                LogFormat::Text
            } else {
                LogFormat::Json
            };
            started(log, unsaid, watched, || Masked(io::stdout()))
        }
        Output::IsTheAnswer => {
            let watched = output::is_watched();
            started(log, LogFormat::Text, watched, || Masked(io::stderr()))
        }
    }
}

fn started<W, T>(log: &Log, unsaid: LogFormat, watched: bool, to: W) -> anyhow::Result<()>
where
    W: for<'w> MakeWriter<'w, Writer = Masked<T>> + Send + Sync + 'static,
    T: Write,
{
    let level = &log.level;
    let filter = EnvFilter::try_new(level)
        .map_err(|error| anyhow::anyhow!("log.level \"{level}\" is not understood: {error}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(to);
    match log.format.unwrap_or(unsaid) {
        LogFormat::Text => lines.with_target(false).with_ansi(watched).init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .init(),
    }
    Ok(())
}
