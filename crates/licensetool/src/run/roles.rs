//! Which services a process runs, and with that what it needs and what it may leave out.

use std::fmt;

use clap::ValueEnum;

use crate::config::Config;
use crate::stored;

/// The services of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Role {
    /// Answers people and programs from the store.
    Web,
    /// Asks Microsoft.
    Collect,
    /// Judges what was seen.
    Evaluate,
    /// Tells people and systems.
    Deliver,
}

/// Those of one process, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    pub(crate) fn all() -> Self {
        Self(Role::value_variants().to_vec())
    }

    /// Those that somebody has named; all, if nobody has named any.
    pub(crate) fn of(named: &[Role]) -> Self {
        let mut roles = named.to_vec();
        roles.sort_unstable();
        roles.dedup();
        match roles.is_empty() {
            true => Self::all(),
            false => Self(roles),
        }
    }

    pub(crate) fn have(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    pub(crate) fn are_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether they can run with these settings, with the way out if not.
    pub(crate) fn check(&self, config: &Config) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.are_all() || stored::is_shared(config),
            "with SQLite all services run in one process: leave --role out, or set store.url to a \
             PostgreSQL that they share, such as \
             postgres://licensetool_web@db.example.org/licensetool (docs/postgresql.md)"
        );
        anyhow::ensure!(
            self.have(Role::Web) || !self.have(Role::Deliver) || config.public_url.is_some(),
            "public_url is missing: where web runs elsewhere, deliver must be told where people \
             open the pages, because links in messages lead there"
        );
        Ok(())
    }

    /// What of the home folder they read, and read again when it changes.
    pub(crate) fn parts_of_home(&self, config: &Config) -> home::Parts {
        home::Parts {
            tenants: self.have(Role::Collect),
            sharepoint: self.have(Role::Deliver),
            sign_in: self.have(Role::Web) && config.sign_in.is_some(),
        }
    }

    /// As what PostgreSQL lists their connections.
    pub(crate) fn application(&self) -> String {
        match self.are_all() {
            true => "licensetool".to_owned(),
            false => format!("licensetool {self}"),
        }
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().filter_map(ValueEnum::to_possible_value);
        let words: Vec<_> = words.map(|it| it.get_name().to_owned()).collect();
        f.write_str(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_that_is_named_is_all_and_an_order_means_nothing() {
        assert!(Roles::of(&[]).are_all());
        let four = [Role::Deliver, Role::Web, Role::Evaluate, Role::Collect];
        assert!(Roles::of(&four).are_all());
        let two = Roles::of(&[Role::Deliver, Role::Web, Role::Web]);
        assert!(!two.are_all() && two.have(Role::Web) && !two.have(Role::Collect));
        assert_eq!(two.application(), "licensetool web,deliver");
        assert_eq!(Roles::all().application(), "licensetool");
    }
}
