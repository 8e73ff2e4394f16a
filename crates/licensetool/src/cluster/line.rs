//! A command line: as it is run, and as an operator could paste it into a shell.

use std::fmt;

use zeroize::Zeroizing;

/// One program with its arguments and what it reads.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) input: Input,
}

/// What a program reads from its standard input.
#[derive(Clone, Debug, Default)]
pub(super) enum Input {
    #[default]
    Nothing,
    Manifest(Manifest),
}

/// A manifest of a secret in plaintext. Never printed, and in no argument: others see those.
#[derive(Clone)]
pub(super) struct Manifest {
    pub(super) text: Zeroizing<String>,
    /// What prints the same.
    pub(super) from: Box<Line>,
}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.from.fmt(f)
    }
}

impl Line {
    pub(super) fn new<'a>(program: &str, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            program: program.to_owned(),
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            input: Input::Nothing,
        }
    }

    /// Without what it reads, for a sentence.
    pub(super) fn command(&self) -> String {
        Shell::HERE.called(self)
    }

    pub(super) fn reading(mut self, input: Input) -> Self {
        self.input = input;
        self
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Shell::HERE.pasted(self))
    }
}

/// For whom a line is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    PowerShell,
}

impl Shell {
    /// The one that people have where this was built for.
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::PowerShell
    } else {
        Self::Posix
    };

    fn called(self, line: &Line) -> String {
        let mut words = vec![self.quoted(&line.program)];
        if self == Self::PowerShell && words[0].starts_with('\'') {
            words.insert(0, "&".to_owned());
        }
        words.extend(line.arguments.iter().map(|word| self.quoted(word)));
        words.join(" ")
    }

    fn pasted(self, line: &Line) -> String {
        let command = self.called(line);
        match &line.input {
            Input::Nothing => command,
            Input::Manifest(manifest) => format!("{} | {command}", self.pasted(&manifest.from)),
        }
    }

    /// A word that this shell hands on as it is.
    pub(super) fn quoted(self, word: &str) -> String {
        let plain = |c: char| {
            c.is_ascii_alphanumeric()
                || "-_./:=".contains(c)
                || (c == '\\' && self == Self::PowerShell)
        };
        if !word.is_empty() && word.chars().all(plain) {
            return word.to_owned();
        }
        let escaped = match self {
            Self::Posix => r"'\''",
            Self::PowerShell => "''",
        };
        format!("'{}'", word.replace('\'', escaped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell_that_people_have() {
        let check = |word: &str, posix: &str, power_shell: &str| {
            assert_eq!(Shell::Posix.quoted(word), posix);
            assert_eq!(Shell::PowerShell.quoted(word), power_shell);
        };
        check("--timeout=600s", "--timeout=600s", "--timeout=600s");
        check("", "''", "''");
        check("a b", "'a b'", "'a b'");
        check("it's", r"'it'\''s'", "'it''s'");
        check(r"infra\k8s", r"'infra\k8s'", r"infra\k8s");
        let wait = "--for=jsonpath={.status.phase}=Active";
        let quoted = format!("'{wait}'");
        check(wait, &quoted, &quoted);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_hands_on_what_was_quoted() {
        for word in [
            "a b",
            "it's",
            "$HOME `id` \\ \"x\"",
            "{.a}=*",
            "~",
            "!x",
            "é\n;",
        ] {
            let command = format!("printf %s {}", Shell::Posix.quoted(word));
            let mut shell = std::process::Command::new("sh");
            let ended = shell.args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(ended.stdout).unwrap(), word);
        }
    }

    #[test]
    fn a_manifest_is_named_and_not_shown() {
        let from = Line::new("licensetool", ["sealing-key", "restore", "my key.age"]);
        let manifest = Manifest {
            text: Zeroizing::new("tls.key: hush".to_owned()),
            from: Box::new(from),
        };
        let apply = Line::new("kubectl", ["apply", "-f", "-"]);
        let apply = apply.reading(Input::Manifest(manifest));
        let words = "licensetool sealing-key restore 'my key.age' | kubectl apply -f -";
        for shell in [Shell::Posix, Shell::PowerShell] {
            assert_eq!(shell.pasted(&apply), words);
        }
        assert!(!format!("{apply:?}").contains("hush"));
    }

    #[test]
    fn a_program_in_a_folder_with_a_space_is_called_and_not_printed() {
        let line = Line::new(r"C:\Program Files\kubectl.exe", ["version"]);
        let pasted = Shell::PowerShell.pasted(&line);
        assert_eq!(pasted, r"& 'C:\Program Files\kubectl.exe' version");
    }
}
