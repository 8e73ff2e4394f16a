//! The query options that Graph takes on these lists.

use url::form_urlencoded;

use super::refusal::Refusal;

/// Which properties a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Select {
    All,
    Only(Vec<String>),
}

impl Select {
    pub(super) fn read(query: &str) -> Result<Select, Refusal> {
        let mut select = Select::All;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "$select" => {
                    let names = value.split(',').map(|name| name.trim().to_owned());
                    select = Select::Only(names.collect());
                }
                // Options without a dollar are custom ones, which the service ignores.
                option if !option.starts_with('$') => {}
                option => return Err(Refusal::option(option)),
            }
        }
        Ok(select)
    }

    pub(super) fn has(&self, property: &str) -> bool {
        match self {
            Select::All => true,
            Select::Only(names) => names.iter().any(|name| name.eq_ignore_ascii_case(property)),
        }
    }
}
