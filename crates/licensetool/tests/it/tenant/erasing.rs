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
    let left = ["certs/iseschool", "certs/infos/cert-iseschool-info.json"];
    assert_eq!(proof["left_in_home"], Value::from(&left[..]));
    for file in left {
        assert!(office.home.path().join(file).exists(), "kept: {file}");
    }
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

#[tokio::test]
async fn whoever_erases_is_told_what_home_still_has() {
    let office = demo().await;
    office.licensetool(&["run", "--once"]).await;
    let home = office.home.path();
    let erase = async |key: &str| {
        fs::remove_file(home.join(format!("config-profiles/tenants/config-{key}-profile.json")))
            .unwrap();
        office.licensetool(&["tenant", "erase", key, "--yes"]).await
    };
    let first = erase("iseschool").await;
    let words = [
        "certs/iseschool and certs/infos/cert-iseschool-info.json",
        home.to_str().unwrap(),
        "Delete them there by hand",
    ];
    says(&first, 0, &words);

    fs::remove_dir_all(home.join("certs/iseschool2013")).unwrap();
    fs::remove_file(home.join("certs/infos/cert-iseschool2013-info.json")).unwrap();
    let second = erase("iseschool2013").await;
    says(&second, 0, &["no byte of the tenant is left in it"]);
    assert!(!second.out.contains("by hand"), "{}", second.out);
}
