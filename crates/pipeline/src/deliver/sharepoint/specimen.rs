//! Rows as tests need them: a product of one school with a hundred seats.

use domain::{SkuId, TenantKey};

use super::rows::{Inform, LicenseColumns, Row, Wanted};

pub(crate) fn columns() -> LicenseColumns {
    LicenseColumns {
        title: "Title".to_owned(),
        tenant: "Tenant".to_owned(),
        available: "Verf".to_owned(),
        used: "Gebraucht".to_owned(),
        free: "Frei".to_owned(),
        inform: "Infosup".to_owned(),
        informed: "technician_informed".to_owned(),
    }
}

pub(crate) fn row(id: &str, part_number: &str, free: f64) -> Row {
    Row {
        id: id.to_owned(),
        etag: format!("\"{id},1\""),
        title: format!("Product ({part_number})"),
        tenant: "ISE School".to_owned(),
        available: Some(100.0),
        used: Some(100.0 - free),
        free: Some(free),
        inform: false,
        informed: false,
    }
}

pub(crate) fn wanted(part_number: &str, free: i64, inform: Inform) -> Wanted {
    Wanted {
        tenant: TenantKey::parse("iseschool").unwrap(),
        tenant_name: "ISE School".to_owned(),
        sku: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        title: format!("Product ({part_number})"),
        available: Some(100),
        used: Some(100 - free),
        free: Some(free),
        inform,
    }
}
