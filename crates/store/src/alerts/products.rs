//! What alerts are about, by each name that they show: a search finds names first.

use std::collections::BTreeSet;

use domain::SkuId;

use crate::{Error, Result, Store, sql};

/// SQLite binds at most 32 766 values in one statement.
const AT_ONCE: usize = 2000;

impl Store {
    /// The products that any alert is or was about, by id, with each part number that it showed.
    pub async fn products(&self) -> Result<Vec<(SkuId, String)>> {
        let sql = "SELECT sku_id, part_number FROM product ORDER BY sku_id, part_number";
        let rows: Vec<(String, String)> = sql::query_as(sql).fetch_all(self.readers()).await?;
        let product = |(id, part_number): (String, String)| {
            let odd = |_| Error::corrupt("product", format!("\"{id}\" is no id of a product"));
            Ok((SkuId(id.parse().map_err(odd)?), part_number))
        };
        rows.into_iter().map(product).collect()
    }
}

/// Remembers them: nearly always, they are known. It takes a lock after which nobody may take
/// another, so it comes last in its transaction.
pub(crate) async fn add(
    connection: &mut sql::Transaction,
    products: impl Iterator<Item = (SkuId, &str)>,
) -> Result<()> {
    let products = products.map(|(id, part_number)| (id.to_string(), part_number.to_owned()));
    let mut new: BTreeSet<(String, String)> = products.collect();
    let ids: BTreeSet<&String> = new.iter().map(|(id, _)| id).collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    for ids in ids.chunks(AT_ONCE) {
        let mut query =
            sql::QueryBuilder::new("SELECT sku_id, part_number FROM product WHERE sku_id IN ");
        query.push_list(ids);
        let known: Vec<(String, String)> =
            query.build_query_as().fetch_all(&mut *connection).await?;
        for product in known {
            new.remove(&product);
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    // Others may see the same ones for the first time, in another order.
    connection.also("products").await?;
    let new: Vec<_> = new.into_iter().collect();
    for new in new.chunks(AT_ONCE) {
        let mut insert = sql::QueryBuilder::new("INSERT INTO product (sku_id, part_number) ");
        insert.push_values(new, |mut row, (id, part_number)| {
            row.push_bind(id.as_str()).push_bind(part_number.as_str());
        });
        insert.push(" ON CONFLICT DO NOTHING");
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}
