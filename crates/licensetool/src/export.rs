//! `licensetool export`: files to take away, from what is kept, without a running service.

mod target;

use std::path::Path;

use anyhow::{anyhow, bail};
use domain::{Language, TenantKey};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::Store;
use web::{Export, ExportFormat, ExportSource, ExportWish, Exported, Separator};

use crate::config::{Config, FromText as _};
use crate::exit::Outcome;
use crate::stored::unknown_tenant;
use crate::{clock, output, stored};

use target::Target;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum ExportCommand {
    /// Licences with their numbers and levels
    Licenses {
        /// Only of these levels, with commas between: exhausted,over-assigned
        #[arg(long)]
        level: Option<String>,
        #[command(flatten)]
        listed: Listed,
    },
    /// Subscriptions with what is known of their end
    Subscriptions {
        #[command(flatten)]
        listed: Listed,
    },
    /// Alerts that go on
    Alerts {
        /// Those that are over, too, if they ended then or later: a day, or a time in RFC 3339
        #[arg(long)]
        since: Option<String>,
        #[command(flatten)]
        listed: Listed,
    },
    /// A tenant's monthly report, made for print, as one HTML file
    Report {
        #[arg(long, value_parser = TenantKey::parse)]
        tenant: TenantKey,
        /// Such as 2026-10 [default: the last one that is over]
        #[arg(long)]
        month: Option<String>,
        #[command(flatten)]
        written: Written,
    },
}

/// What all lists take.
#[derive(Debug, clap::Args)]
pub(crate) struct Listed {
    /// Only of this tenant
    #[arg(long, value_parser = TenantKey::parse)]
    tenant: Option<TenantKey>,
    /// [default: by the name of FILE, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Begin CSV with the mark by which Excel knows UTF-8
    #[arg(long)]
    bom: bool,
    /// Between the cells of CSV: , or ; [default: ,]
    #[arg(long, value_parser = separator)]
    separator: Option<Separator>,
    #[command(flatten)]
    written: Written,
}

/// Where to, and in what language.
#[derive(Debug, clap::Args)]
pub(crate) struct Written {
    /// The file to write; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: Target,
    /// de or en [default: the setting `language`]
    #[arg(long, value_parser = Language::from_text)]
    language: Option<Language>,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Csv,
    Xlsx,
    Ndjson,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Xlsx => Self::Xlsx,
            Format::Ndjson => Self::Ndjson,
        }
    }
}

fn separator(text: &str) -> Result<Separator, String> {
    Separator::from_word(text).ok_or_else(|| "must be , or ;".to_owned())
}

pub(crate) async fn export(config: &Config, command: ExportCommand) -> anyhow::Result<Outcome> {
    match command {
        ExportCommand::Licenses { level, listed } => {
            list(config, Exported::Licenses, (level, None), listed).await
        }
        ExportCommand::Subscriptions { listed } => {
            list(config, Exported::Subscriptions, (None, None), listed).await
        }
        ExportCommand::Alerts { since, listed } => {
            let since = since.map(|text| moment(&text, &config.time_zone));
            let since = since.transpose()?;
            list(config, Exported::Alerts, (None, since), listed).await
        }
        ExportCommand::Report {
            tenant,
            month,
            written,
        } => {
            let source = source(config, written.language).await?;
            must_be_there(&source.store, Some(&tenant)).await?;
            let report = web::monthly_report(&source, &tenant, month.as_deref()).await?;
            let mut file = written.out.open()?;
            file.write(report.as_bytes())?;
            ended(file, &source.store).await
        }
    }
}

async fn list(
    config: &Config,
    what: Exported,
    (levels, since): (Option<String>, Option<Timestamp>),
    listed: Listed,
) -> anyhow::Result<Outcome> {
    let Written { out, language } = listed.written;
    let format = listed.format.map(ExportFormat::from);
    let format = format.unwrap_or_else(|| by_name(out.path()));
    if format == ExportFormat::Xlsx && out.path().is_none() && output::is_shown() {
        bail!("a workbook is nothing for a terminal: name a file with --out, or pipe it on");
    }
    let source = source(config, language).await?;
    must_be_there(&source.store, listed.tenant.as_ref()).await?;
    let wish = ExportWish {
        what,
        format,
        tenant: listed.tenant,
        levels,
        since,
        separator: listed.separator.unwrap_or_default(),
        bom: listed.bom,
    };
    let mut export = Export::begin(&source, &wish).await?;
    let mut file = out.open()?;
    while let Some(piece) = export.next().await? {
        file.write(&piece)?;
    }
    ended(file, &source.store).await
}

async fn ended(file: target::Open, store: &Store) -> anyhow::Result<Outcome> {
    file.finish()?;
    store.close().await;
    Ok(Outcome::Fine)
}

/// What the end of a file's name says.
fn by_name(file: Option<&Path>) -> ExportFormat {
    let end = file.and_then(Path::extension);
    let is = |format: &ExportFormat| end.is_some_and(|end| end == format.as_str());
    let named = ExportFormat::ALL.into_iter().find(is);
    named.unwrap_or(ExportFormat::Csv)
}

async fn source(config: &Config, language: Option<Language>) -> anyhow::Result<ExportSource> {
    Ok(ExportSource {
        store: stored::there(config).await?,
        company: config.policy,
        company_name: config.company.clone(),
        language: language.unwrap_or(config.language),
        time_zone: config.time_zone.clone(),
        now: clock::now(),
    })
}

async fn must_be_there(store: &Store, tenant: Option<&TenantKey>) -> anyhow::Result<()> {
    if let Some(key) = tenant
        && store.tenant(key).await?.is_none()
    {
        bail!(unknown_tenant::sentence(store, key).await?);
    }
    Ok(())
}

/// A day begins at midnight of the place.
fn moment(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let day: Option<Date> = text.parse().ok();
    let at = day.and_then(|day| day.to_zoned_datetime(zone.clone()).ok());
    at.map(|zoned| zoned.timestamp()).ok_or_else(|| {
        anyhow!("--since {text}: must be a day such as 2026-10-01, or a time in RFC 3339")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_file_says_the_format() {
        let check = |name: &str, format| {
            assert_eq!(by_name(Some(Path::new(name))), format, "{name}");
        };
        check("a.xlsx", ExportFormat::Xlsx);
        check("a.b/c.ndjson", ExportFormat::Ndjson);
        check("csv", ExportFormat::Csv);
        check("a.txt", ExportFormat::Csv);
        assert_eq!(by_name(None), ExportFormat::Csv);
    }

    #[test]
    fn since_is_a_day_or_a_moment() {
        let zurich = TimeZone::get("Europe/Zurich").unwrap();
        let check = |text: &str, at: &str| {
            assert_eq!(moment(text, &zurich).unwrap().to_string(), at, "{text}");
        };
        check("2026-10-01", "2026-09-30T22:00:00Z");
        check("2026-10-01T12:00:00+02:00", "2026-10-01T10:00:00Z");
        assert!(moment("monday", &zurich).is_err());
    }
}
