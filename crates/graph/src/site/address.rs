//! Where everything below a SharePoint site is, with every id escaped: ids come from profiles and
//! from answers, and none may lead anywhere else.

/// Items of a full page.
const PAGE: u32 = 5_000;

/// The path of a site, without a slash before it.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    site: String,
}

impl Address {
    pub(crate) fn new(site_id: &str) -> Address {
        Address {
            site: format!("sites/{}", segment(site_id)),
        }
    }

    pub(crate) fn site(&self) -> String {
        format!("{}?$select=id,displayName,webUrl", self.site)
    }

    pub(crate) fn lists(&self) -> String {
        format!("{}/lists", self.site)
    }

    pub(crate) fn columns(&self, list: &str) -> String {
        format!("{}/columns", self.list(list))
    }

    /// A page of items with their fields, of these columns or of all.
    pub(crate) fn items(&self, list: &str, columns: &[&str]) -> String {
        let names: Vec<String> = columns.iter().map(|name| escaped(name, "")).collect();
        let select = if names.is_empty() {
            String::new()
        } else {
            format!("($select={})", names.join(","))
        };
        format!("{}?$expand=fields{select}&$top={PAGE}", self.new_item(list))
    }

    pub(crate) fn item(&self, list: &str, id: &str) -> String {
        format!("{}?$expand=fields", self.same_item(list, id))
    }

    /// Where an item is created.
    pub(crate) fn new_item(&self, list: &str) -> String {
        format!("{}/items", self.list(list))
    }

    /// Where an item is deleted.
    pub(crate) fn same_item(&self, list: &str, id: &str) -> String {
        format!("{}/items/{}", self.list(list), segment(id))
    }

    /// Where an item is updated.
    pub(crate) fn fields(&self, list: &str, id: &str) -> String {
        format!("{}/fields", self.same_item(list, id))
    }

    fn list(&self, list: &str) -> String {
        format!("{}/lists/{}", self.site, segment(list))
    }
}

/// An id as one segment of a path. One that would be no segment (nothing, or dots, which every
/// reader of addresses takes for a step upwards) becomes `-`, which nothing is called.
fn segment(id: &str) -> String {
    if id.chars().all(|c| c == '.') {
        return "-".to_owned();
    }
    escaped(id, ",")
}

/// Percent-encoded but for what RFC 3986 calls unreserved, and for `kept`.
fn escaped(text: &str, kept: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || kept.contains(c) {
            escaped.push(c);
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn an_id_is_one_segment_whatever_it_holds() {
        let check = |id: &str, expected: &str| {
            let path = Address::new(id).lists();
            assert_eq!(path, format!("sites/{expected}/lists"));
            let base = "https://graph.example/v1.0/";
            let url = Url::parse(&format!("{base}{path}")).unwrap();
            assert_eq!(
                url.as_str(),
                format!("{base}{path}"),
                "it stays where it is"
            );
        };
        check(
            "contoso.sharepoint.com,2C712604-1370-44E7-A1F5-426573FDA80A,2D2244C3",
            "contoso.sharepoint.com,2C712604-1370-44E7-A1F5-426573FDA80A,2D2244C3",
        );
        check("a/../b?c#d", "a%2F..%2Fb%3Fc%23d");
        check("%2e%2e", "%252e%252e");
        check("ü\n", "%C3%BC%0A");
        for nothing in ["", ".", "..", "..."] {
            check(nothing, "-");
        }
    }

    #[test]
    fn every_address_is_below_the_site() {
        let site = Address::new("s");
        assert_eq!(site.site(), "sites/s?$select=id,displayName,webUrl");
        assert_eq!(site.columns("l"), "sites/s/lists/l/columns");
        assert_eq!(
            site.items("l", &["Title", "Verf_x00fc_gbar", "a),b&$top=1"]),
            "sites/s/lists/l/items?$expand=fields($select=Title,Verf_x00fc_gbar,\
             a%29%2Cb%26%24top%3D1)&$top=5000"
        );
        assert_eq!(
            site.items("l", &[]),
            "sites/s/lists/l/items?$expand=fields&$top=5000"
        );
        assert_eq!(
            site.item("l", "7"),
            "sites/s/lists/l/items/7?$expand=fields"
        );
        assert_eq!(site.new_item("l"), "sites/s/lists/l/items");
        assert_eq!(site.same_item("l", "../x"), "sites/s/lists/l/items/..%2Fx");
        assert_eq!(site.fields("l", "7"), "sites/s/lists/l/items/7/fields");
    }
}
