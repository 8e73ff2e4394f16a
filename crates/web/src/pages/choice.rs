//! What a filter offers to choose from.

use crate::overview::overview;
use crate::problem::Error;
use crate::state::App;

use super::address::Address;

/// One option of a list to choose from.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// The options, of which the one with the value `chosen` is chosen.
pub(crate) fn choices<'a, Value: Into<String>, Text: Into<String>>(
    options: impl IntoIterator<Item = (Value, Text)>,
    chosen: impl Into<Option<&'a str>>,
) -> Vec<Choice> {
    let chosen = chosen.into();
    let choice = |(value, text): (Value, Text)| {
        let value = value.into();
        Choice {
            chosen: chosen == Some(value.as_str()),
            text: text.into(),
            value,
        }
    };
    options.into_iter().map(choice).collect()
}

/// The query of an export of the tenant that is chosen.
pub(crate) fn export_filter(tenant: Option<&str>) -> String {
    Address::of("")
        .and("tenant", tenant.unwrap_or_default())
        .query()
}

/// All tenants that there are, by name.
pub(crate) async fn tenants(app: &App, chosen: Option<&str>) -> Result<Vec<Choice>, Error> {
    let overview = overview(app).await?;
    let named = overview.by_name().map(|seen| &seen.tenant);
    let named = named.map(|it| (it.key.as_str(), it.name.as_str()));
    Ok(choices(named, chosen))
}
