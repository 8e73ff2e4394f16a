//! Every table of the store in one place, for what is done to all of them: copying them, checking
//! them, taking a tenant out of them.

/// A table: what tells its rows apart, what stands in them, and whose they are.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The columns of the primary key, in its order. All are numbers or texts.
    pub(crate) key: &'static [&'static str],
    pub(crate) whose: Whose,
    /// Whether the database counts the rows: the key is a number that it gives.
    pub(crate) is_counted: bool,
    pub(crate) flags: &'static [&'static str],
    pub(crate) numbers: &'static [&'static str],
    pub(crate) texts: &'static [&'static str],
}

/// Whose rows a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A tenant's, whose key stands in this column. In `policy` it is empty for the company.
    Tenant(&'static str),
    /// Of whom the row is that this column names, the key of that table.
    Of {
        column: &'static str,
        table: &'static str,
    },
    /// Nobody's in particular. A row of `audit` may name a tenant in its words all the same.
    Company,
    /// Of the database itself: they say in which state it is.
    Database,
}

/// A table comes after those that its rows refer to. sqlx's own list of migrations is none of them.
pub(crate) const TABLES: &[Table] = &[
    Table {
        numbers: &["oldest"],
        ..table("contract", &[], Whose::Database)
    },
    Table {
        flags: &["enabled", "monitoring"],
        numbers: &[
            "removed_at",
            "asked_at",
            "seen_at",
            "subscriptions_at",
            "changed_at",
            "failures",
            "due_at",
            "wanted_at",
            "claimed_until",
            "switched_at",
            "expected_since",
            "certificate_ends",
            "inputs",
            "judge_at",
            "judged_at",
            "judging_until",
            "compacted_until",
            "compacting_until",
        ],
        texts: &[
            "key",
            "name",
            "tenant_id",
            "claimed_by",
            "switched_by",
            "certificate",
            "judging_by",
        ],
        ..table("tenant", &["key"], Whose::Tenant("key"))
    },
    Table {
        texts: &["tenant", "skus", "subscriptions", "remarks"],
        ..table("latest", &["tenant"], Whose::Tenant("tenant"))
    },
    Table {
        numbers: &["id"],
        texts: &["tenant", "sku_id", "part_number"],
        ..counted("series", &["id"], Whose::Tenant("tenant"))
    },
    Table {
        texts: &["sku_id", "part_number"],
        ..table("product", &["sku_id", "part_number"], Whose::Company)
    },
    Table {
        flags: &["present"],
        numbers: &[
            "series",
            "since",
            "enabled",
            "warning",
            "suspended",
            "locked_out",
            "consumed",
        ],
        texts: &["status"],
        ..table("sku_value", &["series", "since"], of("series", "series"))
    },
    Table {
        numbers: &["id", "seen_at", "began_at", "ended_at"],
        texts: &["tenant", "cause", "message", "advice"],
        ..counted("gap", &["id"], Whose::Tenant("tenant"))
    },
    Table {
        numbers: &["seen_at", "next_lifecycle", "total"],
        texts: &["tenant", "subscription", "status"],
        ..table(
            "sighting",
            &["tenant", "subscription", "seen_at"],
            Whose::Tenant("tenant"),
        )
    },
    Table {
        numbers: &["requested_at"],
        texts: &["id"],
        ..table("refresh", &["id"], Whose::Company)
    },
    Table {
        numbers: &["done_at"],
        texts: &["refresh", "tenant", "cause"],
        ..table(
            "refresh_tenant",
            &["refresh", "tenant"],
            Whose::Tenant("tenant"),
        )
    },
    Table {
        numbers: &["id", "count"],
        texts: &["name"],
        ..counted("manual_license", &["id"], Whose::Company)
    },
    Table {
        numbers: &["imported_at"],
        texts: &["sku_id", "part_number", "english"],
        ..table("product_name", &["sku_id"], Whose::Company)
    },
    Table {
        numbers: &[
            "id",
            "snoozed_until",
            "opened_at",
            "changed_at",
            "resolved_at",
            "stage",
            "told",
            "as_of",
            "version",
        ],
        texts: &[
            "tenant", "kind", "subject", "state", "severity", "facts", "product",
        ],
        ..counted("alert", &["id"], Whose::Tenant("tenant"))
    },
    Table {
        numbers: &["id", "alert", "at"],
        texts: &["what", "who", "why", "reason"],
        ..counted("alert_change", &["id"], of("alert", "alert"))
    },
    Table {
        numbers: &["seq", "alert", "at", "stage", "as_of"],
        texts: &["id", "event", "state", "facts"],
        ..counted("message", &["seq"], of("alert", "alert"))
    },
    Table {
        numbers: &[
            "message",
            "alert",
            "attempts",
            "next_at",
            "tried_at",
            "delivered_at",
            "dead_at",
            "claimed_until",
        ],
        texts: &["channel", "error", "advice", "claimed_by"],
        ..table("delivery", &["message", "channel"], of("alert", "alert"))
    },
    Table {
        numbers: &[
            "clear_margin",
            "stale_after",
            "renewal_lead_days",
            "set_at",
            "version",
        ],
        texts: &["tenant", "sku_id", "low", "exclusion", "set_by"],
        ..table("policy", &["tenant", "sku_id"], Whose::Tenant("tenant"))
    },
    Table {
        numbers: &["set_at"],
        texts: &["tenant", "subscription", "pin", "set_by"],
        ..table("pin", &["tenant", "subscription"], Whose::Tenant("tenant"))
    },
    Table {
        numbers: &[
            "sync_at",
            "began_at",
            "synced_at",
            "failures",
            "claimed_until",
        ],
        texts: &["name", "error", "advice", "remarks", "claimed_by"],
        ..table("channel", &["name"], Whose::Company)
    },
    Table {
        flags: &[
            "enabled",
            "monitoring",
            "writing_enabled",
            "writing_monitoring",
        ],
        texts: &["channel", "tenant", "item"],
        ..table(
            "agreed_switch",
            &["channel", "tenant"],
            Whose::Tenant("tenant"),
        )
    },
    Table {
        texts: &["channel", "name", "value"],
        ..table("parameter", &["channel", "name"], Whose::Company)
    },
    Table {
        numbers: &["id", "at"],
        texts: &["who", "origin", "what", "subject", "detail"],
        ..counted("audit", &["id"], Whose::Company)
    },
    Table {
        numbers: &["expires_at"],
        texts: &["session"],
        ..table("ended_session", &["session"], Whose::Company)
    },
];

const fn table(name: &'static str, key: &'static [&'static str], whose: Whose) -> Table {
    Table {
        name,
        key,
        whose,
        is_counted: false,
        flags: &[],
        numbers: &[],
        texts: &[],
    }
}

/// One whose key is a number that the database gives.
const fn counted(name: &'static str, key: &'static [&'static str], whose: Whose) -> Table {
    Table {
        is_counted: true,
        ..table(name, key, whose)
    }
}

const fn of(column: &'static str, table: &'static str) -> Whose {
    Whose::Of { column, table }
}

impl Table {
    /// All columns: flags, then numbers, then texts.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        let numbers_and_texts = self.numbers.iter().chain(self.texts);
        self.flags.iter().chain(numbers_and_texts).copied()
    }
}

#[cfg(test)]
mod tests {
    use throwaway_postgres::shared;

    use super::*;
    use crate::Store;

    /// A table as a database has it: columns with their kinds, and those of the key.
    #[derive(Debug, PartialEq, Eq)]
    struct Seen {
        columns: Vec<(String, String)>,
        key: Vec<String>,
    }

    async fn rows<O>(store: &Store, sql: &'static str, table: &str) -> Vec<O>
    where
        O: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
            + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        let rows = crate::sql::query_as(sql).bind(table);
        rows.fetch_all(store.readers()).await.unwrap()
    }

    /// The questions that one database answers: its tables, then of one table its columns, its
    /// key's columns in order, and its references.
    type Questions = [&'static str; 4];

    const SQLITE: Questions = [
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
         AND $1 = '' ORDER BY name",
        "SELECT name, CASE type WHEN 'BOOLEAN' THEN 'flag' WHEN 'TEXT' THEN 'text' \
         WHEN 'BIGINT' THEN 'number' WHEN 'INTEGER' THEN 'number' ELSE type END \
         FROM pragma_table_info($1) ORDER BY name",
        "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
        "SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1) ORDER BY 1",
    ];

    const POSTGRES: Questions = [
        "SELECT relname::TEXT FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition \
         AND relnamespace = current_schema()::REGNAMESPACE AND $1 = '' ORDER BY relname",
        "SELECT attname::TEXT, CASE atttypid::REGTYPE::TEXT WHEN 'boolean' THEN 'flag' \
         WHEN 'text' THEN 'text' WHEN 'bigint' THEN 'number' ELSE atttypid::REGTYPE::TEXT END \
         FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped \
         ORDER BY attname",
        "SELECT attname::TEXT FROM pg_index JOIN pg_attribute \
         ON attrelid = indrelid AND attnum = ANY (indkey) \
         WHERE indrelid = to_regclass($1) AND indisprimary \
         ORDER BY array_position(indkey::SMALLINT[], attnum)",
        "SELECT attname::TEXT, confrelid::REGCLASS::TEXT FROM pg_constraint \
         JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] \
         WHERE conrelid = to_regclass($1) AND contype = 'f' ORDER BY 1",
    ];

    fn told(table: &Table) -> Seen {
        let kinds = [
            (table.flags, "flag"),
            (table.numbers, "number"),
            (table.texts, "text"),
        ];
        let columns = kinds.into_iter().flat_map(|(columns, kind)| {
            let column = move |it: &&str| ((*it).to_owned(), kind.to_owned());
            columns.iter().map(column)
        });
        let mut columns: Vec<_> = columns.collect();
        columns.sort();
        Seen {
            columns,
            key: table.key.iter().map(|&it| it.to_owned()).collect(),
        }
    }

    async fn check(url: &str, [tables, columns, key, references]: Questions) {
        let store = Store::open(url).await.unwrap();
        store.migrate().await.unwrap();
        let found: Vec<(String,)> = rows(&store, tables, "").await;
        let mut found: Vec<String> = found.into_iter().map(|(name,)| name).collect();
        found.retain(|name| name != "_sqlx_migrations");
        let mut names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        names.sort_unstable();
        assert_eq!(found, names, "every table of {url} is told");

        let mut before: Vec<&str> = Vec::new();
        for table in TABLES {
            let key: Vec<(String,)> = rows(&store, key, table.name).await;
            let seen = Seen {
                columns: rows(&store, columns, table.name).await,
                key: key.into_iter().map(|(name,)| name).collect(),
            };
            assert_eq!(seen, told(table), "{} of {url}", table.name);
            let references: Vec<(String, String)> = rows(&store, references, table.name).await;
            for (column, parent) in &references {
                assert!(
                    before.contains(&parent.as_str()),
                    "{} comes before {parent}",
                    table.name
                );
                if parent == "tenant" {
                    let column: &'static str = table.columns().find(|it| it == column).unwrap();
                    assert_eq!(table.whose, Whose::Tenant(column), "{}", table.name);
                }
            }
            if let Whose::Of { column, table: of } = table.whose {
                let reference = (column.to_owned(), of.to_owned());
                assert!(references.contains(&reference), "{}", table.name);
            }
            before.push(table.name);
        }
    }

    #[tokio::test]
    async fn every_table_and_column_of_both_databases_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        check(&format!("sqlite:{}", file.display()), SQLITE).await;
        check(&shared().database(), POSTGRES).await;
    }

    #[test]
    fn whoever_has_a_tenants_key_belongs_to_it() {
        for table in TABLES {
            let has_key = table.columns().any(|column| column == "tenant");
            let is_told = table.whose == Whose::Tenant("tenant");
            assert_eq!(has_key, is_told, "{}", table.name);
            let is_number = table.key.iter().all(|it| table.numbers.contains(it));
            assert!(!table.is_counted || (is_number && table.key.len() == 1));
        }
    }
}
