//! Guesses which name was meant by one that does not exist.

/// The name that differs least, if it differs little enough to be a slip.
pub(super) fn closest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Comparing costs the product of the lengths.
    const LONGEST: usize = 40;
    if given.len() > LONGEST {
        return None;
    }
    let given = given.to_lowercase();
    let slips = |name: &str| 1 + name.len() / 4;
    names
        .map(|name| (distance(&given, name), name))
        .filter(|(distance, name)| *distance <= slips(name) || is_part(&given, name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

fn is_part(given: &str, name: &str) -> bool {
    given.len() > 2 && (name.starts_with(given) || given.starts_with(name))
}

/// How many letters to add, drop or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_what_was_meant() {
        let names = ["tenant", "level", "sku", "q", "cursor", "limit"];
        for (given, meant) in [
            ("tenants", Some("tenant")),
            ("Tenant", Some("tenant")),
            ("lvel", Some("level")),
            ("sku_id", Some("sku")),
            ("cursr", Some("cursor")),
            ("page", None),
            ("", Some("q")),
            ("größe", None),
        ] {
            assert_eq!(closest(given, names.into_iter()), meant, "{given}");
        }
        assert_eq!(closest(&"x".repeat(10_000), names.into_iter()), None);
    }
}
