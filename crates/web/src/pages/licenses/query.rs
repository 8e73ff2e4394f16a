//! What of all licences is to be shown, read from the address and written to it.

use std::num::NonZeroUsize;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::pages::RANKS;
use crate::pages::address::Address;
use crate::problem::Error;
use crate::request;
use crate::search::Search;

/// The words for levels in the address: those that need action first.
pub(crate) const LEVELS: [&str; RANKS] = [
    "over-assigned",
    "exhausted",
    "unknown",
    "low",
    "enough",
    "none",
];

pub(crate) const SORTS: [&str; 10] = [
    "level", "-level", "product", "-product", "tenant", "-tenant", "free", "-free", "used", "-used",
];

/// Which licences, and in what order.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words that product or tenant contain, without regard to case or accents.
    q: Option<String>,
    /// Only of this tenant, by key.
    tenant: Option<String>,
    /// Only at this level: `over-assigned`, `exhausted`, `unknown`, `low`, `enough`, or `none` for
    /// what is not judged.
    level: Option<String>,
    /// By `level` (what needs action first), `product`, `tenant`, `free` or `used`; with a `-` in
    /// front the other way round.
    sort: Option<String>,
    /// Which page, from 1 on.
    #[param(value_type = Option<u64>, minimum = 1)]
    page: Option<String>,
    /// `de` or `en`: from now on. Without it: as chosen last, else as Accept-Language says.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

/// By what rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Level,
    Product,
    Tenant,
    Free,
    Used,
}

impl Sort {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Product => "product",
            Self::Tenant => "tenant",
            Self::Free => "free",
            Self::Used => "used",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Query {
    /// As it was typed.
    pub(super) text: String,
    /// Each must be found; in lower case.
    pub(super) search: Search,
    pub(super) tenant: Option<String>,
    pub(super) level: Option<&'static str>,
    pub(super) sort: Sort,
    pub(super) reversed: bool,
    page: usize,
}

impl Query {
    pub(super) fn of(wanted: Wanted) -> Result<Self, Error> {
        let non_empty = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let level = request::one_of("level", non_empty(wanted.level).as_deref(), &LEVELS)?
            .and_then(|word| LEVELS.into_iter().find(|level| *level == word));
        let sort = non_empty(wanted.sort).unwrap_or_else(|| "level".to_owned());
        request::one_of("sort", Some(&sort), &SORTS)?;
        let by = sort.trim_start_matches('-');
        let sorts = [
            Sort::Level,
            Sort::Product,
            Sort::Tenant,
            Sort::Free,
            Sort::Used,
        ];
        let page = request::parsed("page", wanted.page.as_deref(), "a number from 1 on")?;
        let page = page.map_or(1, NonZeroUsize::get);
        let text = wanted.q.unwrap_or_default();
        Ok(Self {
            search: Search::of(&text),
            text,
            tenant: non_empty(wanted.tenant),
            level,
            sort: sorts
                .into_iter()
                .find(|sort| sort.word() == by)
                .unwrap_or(Sort::Level),
            reversed: sort.starts_with('-'),
            page,
        })
    }

    /// Whether it may be about this tenant.
    pub(super) fn is_about(&self, tenant: &str) -> bool {
        self.tenant.as_ref().is_none_or(|wanted| wanted == tenant)
    }

    pub(super) fn is_narrow(&self) -> bool {
        !self.search.is_empty() || self.tenant.is_some() || self.level.is_some()
    }

    /// The place of the page's first row; a page beyond the end is the last one.
    pub(super) fn first(&self, found: usize, page: usize) -> usize {
        let last = found.saturating_sub(1) / page;
        (self.page - 1).min(last) * page
    }

    pub(super) fn with_page(&self, page: usize) -> String {
        let address = self.address(self.level, self.sort, self.reversed);
        address
            .and(
                "page",
                if page > 1 {
                    page.to_string()
                } else {
                    String::new()
                },
            )
            .text()
    }

    /// The same of one level, or of all if it is shown already.
    pub(super) fn with_level(&self, level: &'static str) -> String {
        let level = Some(level).filter(|level| self.level != Some(level));
        self.address(level, self.sort, self.reversed).text()
    }

    /// The same in another order; the other way round if it is in that order already.
    pub(super) fn sorted(&self, sort: Sort) -> String {
        let reversed = self.sort == sort && !self.reversed;
        self.address(self.level, sort, reversed).text()
    }

    /// For `aria-sort` of a column's head.
    pub(super) fn direction(&self, sort: Sort) -> &'static str {
        match (self.sort == sort, self.reversed) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// The order as the form keeps it.
    pub(super) fn sort_text(&self) -> String {
        match (self.sort, self.reversed) {
            (Sort::Level, false) => String::new(),
            (sort, false) => sort.word().to_owned(),
            (sort, true) => format!("-{}", sort.word()),
        }
    }

    /// The query of an export of the same, as far as exports can filter.
    pub(super) fn export_filter(&self) -> String {
        let address = Address::of("").and("tenant", self.tenant.as_deref().unwrap_or_default());
        let level = self.level.filter(|level| *level != "none");
        address.and("level", level.unwrap_or_default()).query()
    }

    fn address(&self, level: Option<&str>, sort: Sort, reversed: bool) -> Address {
        let with_order = Self {
            sort,
            reversed,
            ..self.clone()
        };
        Address::of("/licenses")
            .and("q", &self.text)
            .and("tenant", self.tenant.as_deref().unwrap_or_default())
            .and("level", level.unwrap_or_default())
            .and("sort", with_order.sort_text())
    }
}
