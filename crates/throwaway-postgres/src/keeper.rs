//! Whoever looks after a server: a small shell that ends it when nobody listens any more.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::programs::{Account, program};

/// It reads a word on a line and answers with one. The end of its input means that the test's
/// process is gone, even if it was killed: then the server goes, and all its files.
const SCRIPT: &str = r#"
while read -r word; do
    case $word in
    start) "$1" -D data -l log -w -s start >/dev/null 2>&1 && echo done || echo failed ;;
    stop) "$1" -D data -m immediate -w -s stop >/dev/null 2>&1 && echo done || echo failed ;;
    esac
done
"$1" -D data -m immediate -w -s stop >/dev/null 2>&1
rm -rf "$PWD"
"#;

#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Keeper {
    /// Starts the server whose data lie in a folder.
    pub(crate) fn start(folder: &Path, account: &Account) -> Self {
        let mut shell = account.in_folder(Command::new("sh"), folder);
        shell.args(["-c", SCRIPT, "keeper"]).arg(program("pg_ctl"));
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Whoever interrupts the tests does not interrupt what cleans up after them.
        shell.process_group(0);
        let mut shell = shell.spawn().expect("a shell starts");
        let words = shell.stdin.take();
        let answers = shell.stdout.take().expect("its output was asked for");
        let mut keeper = Self {
            shell,
            words,
            answers: BufReader::new(answers),
            folder: folder.to_owned(),
        };
        keeper.say("start");
        keeper
    }

    /// Has the server stopped or started, and waits until it is.
    pub(crate) fn say(&mut self, word: &str) {
        let words = self.words.as_mut().expect("it listens until it is dropped");
        writeln!(words, "{word}").expect("the shell listens");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the shell answers");
        let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert_eq!(
            answer.trim_end(),
            "done",
            "PostgreSQL did not {word}: {}",
            log()
        );
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.words.take());
        // It may be gone already, which is as well.
        let _ = self.shell.wait();
    }
}
