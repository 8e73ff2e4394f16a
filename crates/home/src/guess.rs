//! Guesses which known name a person meant, for advice like "is tenant_id meant?".

/// More letters than this have to be changed: not the same word any more.
const FARTHEST: usize = 3;

/// The known name nearest to `name`, if it is near: same letters in another notation
/// (`tenantId`), or a few typing errors away.
pub(crate) fn meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted = letters(name);
    known
        .iter()
        .map(|known| (distance(&wanted, &letters(known)), *known))
        .filter(|(distance, known)| *distance <= FARTHEST.min(known.len() / 3))
        .min()
        .map(|(_, known)| known)
}

/// How many letters of `a` must be changed, added or left out to get `b`, without regard to case,
/// spaces and punctuation. Texts are cut at 64 letters.
pub(crate) fn farness(a: &str, b: &str) -> usize {
    distance(&letters(a), &letters(b))
}

fn letters(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(64)
        .collect()
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KNOWN: &[&str] = &[
        "tenant_id",
        "tenant_name",
        "client_id",
        "cert_path",
        "expires",
    ];

    #[test]
    fn notations_and_typing_errors_are_understood() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(meant(name, KNOWN), expected, "{name}");
        };
        check("tenantId", Some("tenant_id"));
        check("Tenant-ID", Some("tenant_id"));
        check("cient_id", Some("client_id"));
        check("certpath", Some("cert_path"));
        check("expire", Some("expires"));
        check("expired", Some("expires"));
        check("certificate", None);
        check("password", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_zero_for_the_same(a in ".{0,20}", b in ".{0,20}") {
            prop_assert_eq!(farness(&a, &b), farness(&b, &a));
            prop_assert_eq!(farness(&a, &a), 0);
        }
    }
}
