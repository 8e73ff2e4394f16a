//! Just enough of Rust's grammar for the rules: what is code, and where a pair of braces ends.

use std::collections::BTreeSet;

/// Blanks out comments, strings and characters. Lengths and line breaks stay as they were.
pub(crate) fn without_comments_and_literals(text: &str) -> String {
    let mut code = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let before = code.last().copied().unwrap_or(b' ');
        let blank = blank_length(rest, before);
        let (taken, after) = match blank {
            0 => rest.split_at(rest.chars().next().map_or(1, char::len_utf8)),
            _ => rest.split_at(blank),
        };
        match blank {
            0 => code.extend(taken.bytes()),
            _ => code.extend(taken.bytes().map(|byte| match byte {
                b'\n' => b'\n',
                _ => b' ',
            })),
        }
        rest = after;
    }
    String::from_utf8(code).expect("only whole characters were kept or blanked")
}

/// How many bytes of comment or literal begin here.
fn blank_length(rest: &str, before: u8) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    match rest.as_bytes()[0] {
        b'"' => string(rest),
        b'\'' => character(rest),
        b'r' if !is_word(before) || before == b'b' || before == b'c' => raw_string(rest),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A lifetime is none.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(0, |at| 3 + at + 1),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

fn raw_string(rest: &str) -> usize {
    let fence = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    if rest.as_bytes().get(1 + fence) != Some(&b'"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(fence));
    let body = 1 + fence + 1;
    rest[body..]
        .find(&end)
        .map_or(rest.len(), |at| body + at + end.len())
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where the whole word stands in the code.
pub(crate) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).filter_map(move |(at, _)| {
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let after = bytes.get(at + word.len()).copied().unwrap_or(b' ');
        (!is_word(before) && !is_word(after)).then_some(at)
    })
}

/// The line, counted from 1, in which the byte stands.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    1 + text[..at].bytes().filter(|byte| *byte == b'\n').count()
}

/// Where the braces end that open first after `from`; none if a `;` comes before them.
pub(crate) fn body_end(code: &str, from: usize) -> Option<usize> {
    let mut round = 0_i32;
    let mut curly = 0_i32;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => round += 1,
            b')' | b']' => round -= 1,
            b'{' => curly += 1,
            b'}' if curly == 1 => return Some(at),
            b'}' => curly -= 1,
            b';' if curly == 0 && round == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The lines of `#[cfg(test)] mod … { … }`.
pub(crate) fn inline_tests(code: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let item = code[at + attribute.len()..].trim_start();
        let Some(end) = body_end(code, at + attribute.len()) else {
            continue;
        };
        // Other tests may borrow its specimens.
        let visible = ["pub(super) ", "pub(crate) "];
        let module = visible.iter().find_map(|seen| item.strip_prefix(seen));
        if module.unwrap_or(item).starts_with("mod ") {
            lines.extend(line_of(code, at)..=line_of(code, end));
        }
    }
    lines
}

#[test]
fn comments_and_literals_are_no_code() {
    let check = |text: &str, code: &str| {
        assert_eq!(without_comments_and_literals(text), code, "{text}");
    };
    check("a // b\nc", "a     \nc");
    check("a /* b /* c */ d */ e", "a                   e");
    check(r#"f("a \" {", b)"#, "f(        , b)");
    check(r##"f(r#"a " {"#, b"}")"##, "f(          , b   )");
    check(
        r"f('{', '\'', '\u{7b}') g::<'a>",
        "f(   ,     ,         ) g::<'a>",
    );
    check("for r in rows", "for r in rows");
    check("(\"ä\")", "(    )");
}

#[test]
fn an_inline_test_module_is_found() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n";
    assert_eq!(inline_tests(code), BTreeSet::from([2, 3, 4, 5]));
    let lent = code.replace("mod tests", "pub(super) mod tests");
    assert_eq!(inline_tests(&lent), BTreeSet::from([2, 3, 4, 5]));
    assert_eq!(
        inline_tests("#[cfg(test)]\nmod tests;\nfn a() {\n}\n"),
        BTreeSet::new()
    );
}
