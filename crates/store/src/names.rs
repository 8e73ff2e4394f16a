//! Product names that an operator imported from Microsoft's table.

use domain::{Deed, SkuId};
use jiff::Timestamp;

use crate::{By, Error, Result, Store, audit, sql};

impl Store {
    /// Takes over names: id, part number, English name. Answers how many were new or changed.
    pub async fn import_names(
        &self,
        names: &[(SkuId, String, String)],
        by: By<'_>,
        now: Timestamp,
    ) -> Result<u64> {
        let mut transaction = self.write_part("names").await?;
        let mut changed = 0;
        let sql = "INSERT INTO product_name (sku_id, part_number, english, imported_at) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (sku_id) DO UPDATE SET \
                   part_number = excluded.part_number, english = excluded.english, \
                   imported_at = excluded.imported_at \
                   WHERE product_name.english <> excluded.english \
                   OR product_name.part_number <> excluded.part_number";
        for (id, part_number, english) in names {
            let done = sql::query(sql)
                .bind(id.to_string())
                .bind(part_number)
                .bind(english)
                .bind(now.as_millisecond())
                .execute(&mut transaction)
                .await?;
            changed += done.rows_affected();
        }
        if changed > 0 {
            let (what, detail) = (Deed::NamesImported, format!("{changed} names"));
            audit::note(&mut transaction, by, what, "", &detail, now).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }

    /// The imported English names, by id.
    pub async fn names(&self) -> Result<Vec<(SkuId, String)>> {
        let rows: Vec<(String, String)> =
            sql::query_as("SELECT sku_id, english FROM product_name ORDER BY sku_id")
                .fetch_all(self.readers())
                .await?;
        let name = |(id, english): (String, String)| {
            let id = id
                .parse()
                .map_err(|_| Error::corrupt("product_name", &id))?;
            Ok((SkuId(id), english))
        };
        rows.into_iter().map(name).collect()
    }
}
