//! What the running program says to its operator: on standard output for services, which say
//! nothing else there, and on standard error for commands.

mod masked;

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{Log, LogFormat};
use crate::output;
use crate::traces::Traces;
use masked::Masked;

/// Who reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Collectors of logs, or an operator at a terminal.
    IsTheLog,
    /// Whoever has given a command, and waits for its answer.
    IsTheAnswer,
}

/// Starts logging, and telling `traces` what took how long.
pub(crate) fn start(log: &Log, output: Output, traces: Option<&Traces>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|error| {
        anyhow::anyhow!("log.level \"{}\" is not understood: {error}", log.level)
    })?;
    let lines = match output {
        Output::IsTheLog => {
            let watched = output::is_shown();
            let format = log.format.unwrap_or(match watched {
                true => LogFormat::Text,
                false => LogFormat::Json,
            });
            lines(format, watched, || Masked(io::stdout()))
        }
        Output::IsTheAnswer => {
            let format = log.format.unwrap_or(LogFormat::Text);
            lines(format, output::is_watched(), || Masked(io::stderr()))
        }
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(traces.map(Traces::layer))
        .init();
    Ok(())
}

type Lines = Box<dyn Layer<Registry> + Send + Sync>;

fn lines<W, T>(format: LogFormat, watched: bool, to: W) -> Lines
where
    W: for<'w> MakeWriter<'w, Writer = Masked<T>> + Send + Sync + 'static,
    T: Write,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(to);
    match format {
        LogFormat::Text => lines.with_target(false).with_ansi(watched).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .boxed(),
    }
}
