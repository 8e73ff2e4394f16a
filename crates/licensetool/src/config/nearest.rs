//! Guesses which setting a person meant, for advice like "did you mean collect.interval?".

/// More letters than this have to be changed: not the same word any more.
const FARTHEST: usize = 2;

/// The name among `known` that is meant by `name`, if one is near: a few typing errors away, or
/// the same last part in another section, or the beginning of one.
pub(crate) fn meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let last = last_part(name);
    let near = |known: &&'a str| {
        let farness = distance(name, known);
        (farness <= FARTHEST.min(last_part(known).len() / 3)).then_some((farness, *known))
    };
    let alike = known.iter().filter_map(near).min().map(|(_, known)| known);
    let same_last = || known.iter().find(|known| last_part(known) == last);
    let begins = || {
        let begins = |known: &&&str| !last.is_empty() && last_part(known).starts_with(last);
        known.iter().find(begins)
    };
    alike.or_else(|| same_last().or_else(begins).copied())
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// How many letters of `a` must be changed, added or left out to get `b`; two that changed places
/// count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let other = rows[i - 1][j].min(rows[i][j - 1]) + 1;
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = swapped.then(|| rows[i - 2][j - 2] + 1);
                replaced.min(other).min(swapped.unwrap_or(usize::MAX))
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_wrong_sections_are_understood() {
        let known = [
            "listen",
            "collect.interval",
            "store.url",
            "log.level",
            "to",
            "least",
        ];
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(meant(name, &known), expected, "{name}");
        };
        check("collect.intervall", Some("collect.interval"));
        check("collect.intreval", Some("collect.interval"));
        check("stoer.url", Some("store.url"));
        check("lisen", Some("listen"));
        check("interval", Some("collect.interval"));
        check("logging.level", Some("log.level"));
        check("collect.int", Some("collect.interval"));
        check("lest", Some("least"));
        check("tx", None);
        check("password", None);
        check("", None);
    }
}
