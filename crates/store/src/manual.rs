//! Licences that people count by hand, as the first version of the API has them.

use domain::Deed;
use jiff::Timestamp;

use crate::{By, Result, Store, audit, sql};

/// A licence counted by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualLicense {
    pub id: i64,
    pub name: String,
    pub count: i64,
}

type Row = (i64, String, i64);

fn license((id, name, count): Row) -> ManualLicense {
    ManualLicense { id, name, count }
}

impl Store {
    /// All of them, in the order in which they were added.
    pub async fn manual_licenses(&self) -> Result<Vec<ManualLicense>> {
        let rows: Vec<Row> =
            sql::query_as("SELECT id, name, count FROM manual_license ORDER BY id")
                .fetch_all(self.readers())
                .await?;
        Ok(rows.into_iter().map(license).collect())
    }

    pub async fn manual_license(&self, id: i64) -> Result<Option<ManualLicense>> {
        let row: Option<Row> =
            sql::query_as("SELECT id, name, count FROM manual_license WHERE id = $1")
                .bind(id)
                .fetch_optional(self.readers())
                .await?;
        Ok(row.map(license))
    }

    pub async fn add_manual_license(
        &self,
        name: &str,
        count: i64,
        by: By<'_>,
        now: Timestamp,
    ) -> Result<ManualLicense> {
        let mut transaction = self.write_rows().await?;
        let sql = "INSERT INTO manual_license (name, count) VALUES ($1, $2) \
                   RETURNING id, name, count";
        let row: Row = sql::query_as(sql)
            .bind(name)
            .bind(count)
            .fetch_one(&mut transaction)
            .await?;
        let (subject, detail) = (row.0.to_string(), format!("{name}: {count}"));
        let what = Deed::ManualLicenseAdded;
        audit::note(&mut transaction, by, what, &subject, &detail, now).await?;
        transaction.commit().await?;
        Ok(license(row))
    }
}
