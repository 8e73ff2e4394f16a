//! `licensetool tenant erase`: what it refuses, what it shows first, what it proves.

use std::fs;

use serde_json::Value;

use super::{PROFILE, demo, says};

#[tokio::test]
async fn who_still_has_a_profile_is_not_erased_and_who_has_none_is_wholly() {
    let office = demo().await;
    office.licensetool(&["run", "--once"]).await;
    let erase = async |arguments: &[&str]| {
        let all = [&["tenant", "erase"], arguments].concat();
        office.licensetool(&all).await
    };
    let profile = "config-profiles/tenants/config-iseschool-profile.json";
    let refused = erase(&["iseschool", "--yes"]).await;
    says(&refused, 2, &["would be back at once", profile]);

    fs::remove_file(office.home.path().join(PROFILE)).unwrap();
    let shown = erase(&["iseschool"]).await;
    says(&shown, 0, &["sku_value", "Nothing was erased", "--yes"]);
    let store = office.store().await;
    let key = domain::TenantKey::parse("iseschool").unwrap();
    assert!(store.tenant(&key).await.unwrap().is_some());
    store.close().await;

    let done = erase(&["iseschool", "--yes", "--format", "json"]).await;
    says(&done, 0, &[]);
    let proof: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&proof["erased"], &proof["bytes"]),
        (&true.into(), &"cleared".into())
    );
    let tables = proof["tables"].as_array().unwrap();
    assert!(tables.iter().all(|table| table["left"] == 0), "{proof}");
    let numbers = tables.iter().find(|table| table["table"] == "sku_value");
    assert!(numbers.unwrap()["removed"].as_u64().unwrap() > 0);
    for file in fs::read_dir(office.home.path()).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name.starts_with("licensetool.db") {
            let text = fs::read(file.path()).unwrap();
            let text = String::from_utf8_lossy(&text).into_owned();
            // The other school has a longer name of the same beginning.
            let text = text
                .replace("iseschool2013", "")
                .replace("ISE School 2013", "");
            assert!(
                !text.contains("iseschool") && !text.contains("ISE School"),
                "{name}"
            );
        }
    }
    let again = erase(&["iseschool", "--yes"]).await;
    says(
        &again,
        2,
        &["has nothing of a tenant iseschool", "tenant list"],
    );
    let unknown = erase(&["nobody"]).await;
    says(&unknown, 2, &["has nothing of a tenant nobody"]);
}
