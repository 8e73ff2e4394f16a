//! Takes a PEM text apart into its sections, whatever stands around them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One section of a PEM text. It may be a key, so its bytes are overwritten when dropped.
pub(crate) struct Section {
    /// What stands behind BEGIN.
    pub(crate) label: String,
    /// Headers such as `Proc-Type: 4,ENCRYPTED` stood before the content.
    pub(crate) encrypted: bool,
    /// `None` if the content is no base64 or has no end.
    pub(crate) der: Option<Zeroizing<Vec<u8>>>,
}

/// All sections in the order of the file. Text around them (openssl's "Bag Attributes", a
/// certificate in words) is skipped, and so is the white space that editors and YAML add.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(label) = marker(line, "-----BEGIN ") {
            found.push(section(label, &mut lines));
        }
    }
    found
}

/// A PEM text of one section.
pub(crate) fn text(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let lines = body.len().div_ceil(64);
    let mut text = String::with_capacity(body.len() + lines + 2 * label.len() + 40);
    text.extend(["-----BEGIN ", label, "-----\n"]);
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.extend(["-----END ", label, "-----\n"]);
    Zeroizing::new(text)
}

fn section<'a>(label: &str, lines: &mut impl Iterator<Item = &'a str>) -> Section {
    let mut body = Zeroizing::new(String::with_capacity(8 * 1024));
    let mut section = Section {
        label: label.to_owned(),
        encrypted: label.contains("ENCRYPTED"),
        der: None,
    };
    for line in lines {
        if let Some(end) = marker(line, "-----END ") {
            if end == label {
                section.der = STANDARD.decode(body.as_bytes()).ok().map(Zeroizing::new);
            }
            return section;
        }
        if line.contains(':') {
            section.encrypted |= line.contains("ENCRYPTED");
        } else {
            body.extend(line.chars().filter(|c| !c.is_whitespace()));
        }
    }
    section
}

fn marker<'a>(line: &'a str, opening: &str) -> Option<&'a str> {
    line.strip_prefix(opening)?.strip_suffix("-----")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Label, whether it is encrypted, and the content of every section.
    fn read(text: &str) -> Vec<(String, bool, Option<Vec<u8>>)> {
        let plain = |section: Section| {
            let der = section.der.map(|der| der.to_vec());
            (section.label, section.encrypted, der)
        };
        sections(text).into_iter().map(plain).collect()
    }

    #[test]
    fn sections_are_found_among_other_text() {
        let expected = [
            ("A".to_owned(), false, Some(vec![1])),
            ("B C".to_owned(), false, Some(vec![2, 3, 4])),
        ];
        let plain = "-----BEGIN A-----\nAQ==\n-----END A-----\n\
                     -----BEGIN B C-----\nAg\nME\n-----END B C-----";
        for text in [
            plain,
            &format!("Bag Attributes: x\n{plain}\nsubject=CN = x\n"),
            &plain.replace('\n', "\r\n"),
            &plain.replace('\n', "  \n\n\t"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn damage_and_encryption_are_seen() {
        let check = |text: &str, encrypted: bool| {
            assert_eq!(read(text), [("A".to_owned(), encrypted, None)], "{text}");
        };
        check("-----BEGIN A-----\nAQ==", false);
        check("-----BEGIN A-----\nAQ\n-----END A-----", false);
        check("-----BEGIN A-----\n!\n-----END A-----", false);
        check("-----BEGIN A-----\nAQ==\n-----END B-----", false);
        check(
            "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n?",
            true,
        );
        assert!(read("-----BEGIN ENCRYPTED PRIVATE KEY-----")[0].1);
        assert!(read("no sections\n-----END A-----").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(der: Vec<u8>, label in "[A-Z0-9 ]{1,20}") {
            let expected = vec![(label.clone(), false, Some(der.clone()))];
            prop_assume!(!label.contains("ENCRYPTED"));
            prop_assert_eq!(read(&text(&label, &der)), expected);
        }

        #[test]
        fn no_text_panics(text in "(-----(BEGIN|END) [AB]-----\n|[A-Z=:\n ]{0,9}){0,12}|.{0,60}") {
            drop(sections(&text));
        }
    }
}
