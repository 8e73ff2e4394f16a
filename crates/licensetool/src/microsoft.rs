//! The one client for Microsoft, made from the settings.

use anyhow::Context as _;
use graph::{Client, Cloud, Settings};

use crate::config::Microsoft;

/// Who waits for Microsoft's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// A person, now.
    Person,
    /// Nobody: Microsoft may serve others first.
    Nobody,
}

/// Longest time for reading or writing a SharePoint list in one go in the background, in requests
/// that take as long as they may: what is sent must have arrived before a sync's claim, which lasts
/// four of them more, can expire.
const SITE_DEADLINE: u32 = 3;

/// A client that identifies itself.
pub(crate) fn client(microsoft: &Microsoft, waiting: Waiting) -> anyhow::Result<Client> {
    let cloud = Cloud {
        authority: microsoft.authority.clone(),
        graph: microsoft.graph.clone(),
    };
    let mut settings = Settings::new(cloud);
    settings.request_timeout = microsoft.request_timeout;
    settings.user_agent = concat!("licensetool/", env!("CARGO_PKG_VERSION")).to_owned();
    if waiting == Waiting::Nobody {
        settings.site_deadline = SITE_DEADLINE * microsoft.request_timeout;
    }
    settings.low_priority = waiting == Waiting::Nobody;
    if let Some(file) = &microsoft.ca_file {
        let bundle = std::fs::read(file)
            .with_context(|| format!("microsoft.ca_file {} cannot be read", file.display()))?;
        settings.extra_ca = Some(bundle);
    }
    Client::new(&settings).context("the connection to Microsoft cannot be set up")
}
