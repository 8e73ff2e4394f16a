//! The operators' pages against the program: their commands exist, the example is understood, and
//! what is quoted is what the program says.

use std::fs;
use std::path::Path;

use crate::fixture::{SIGNING, alone, secret};

fn root() -> &'static Path {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates
        .and_then(Path::parent)
        .expect("a crate lies in crates/")
}

pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The blocks of code that begin with this fence, such as "```toml".
pub(crate) fn blocks(page: &str, fence: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if line == fence {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

/// A command line in its words; quotes hold some together.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_of_the_pages_exists() {
    commands_exist("alerts.md", 15);
    commands_exist("tenants.md", 13);
    commands_exist("store.md", 4);
    commands_exist("privacy.md", 2);
}

/// Beside others, in these pages.
#[test]
fn every_command_for_a_cluster_exists() {
    for (name, least) in [("operations.md", 14), ("sealing.md", 9), ("cluster.md", 2)] {
        let page = page(name);
        let commands = page.lines().flat_map(|line| {
            let line = line.split(" #").next().unwrap_or_default();
            line.trim_end_matches('\\')
                .split([';', '|'])
                .flat_map(|part| part.split("&&"))
        });
        let ours = commands
            .map(str::trim)
            .filter(|it| it.starts_with("licensetool "));
        let mut tried = 0;
        for line in ours {
            exists(line);
            tried += 1;
        }
        assert!(tried >= least, "{tried} commands were found in {name}");
    }
}

fn commands_exist(name: &str, least: usize) {
    let mut tried = 0;
    for block in blocks(&page(name), "```") {
        for line in block.lines() {
            exists(line);
            tried += 1;
        }
    }
    assert!(tried >= least, "{tried} commands were found in {name}");
}

fn exists(line: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut words = words(line);
    assert_eq!(words.remove(0), "licensetool", "{line}");
    // Something stands for what each has of their own.
    for word in &mut words {
        if word == "DOMAIN" {
            "school.example".clone_into(word);
        } else if word.chars().all(|letter| letter.is_ascii_uppercase()) {
            word.make_ascii_lowercase();
        }
    }
    // What comes then is for another program.
    if let Some(end) = words.iter().position(|word| word == "--") {
        words.truncate(end);
    }
    // Help is given only where all that stands before it is understood.
    words.push("--help".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = alone(home.path(), &words);
    assert_eq!(ended.code, Some(0), "{line}: {}", ended.err);
}

#[test]
fn the_example_is_understood() {
    let home = tempfile::tempdir().unwrap();
    let examples = blocks(&page("alerts.md"), "```toml");
    assert_eq!(examples.len(), 1);
    fs::write(home.path().join("licensetool.toml"), &examples[0]).unwrap();
    let workflow = "https://prod.company.example/workflows/1?sig=x";
    secret(home.path(), "secrets/mail", "a password");
    secret(home.path(), "secrets/teams", workflow);
    secret(home.path(), "secrets/tickets", SIGNING);
    let ended = alone(home.path(), &["config", "check"]);
    let said = format!("{}{}", ended.out, ended.err);
    let about_channels: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("channel."))
        .collect();
    assert_eq!(about_channels, [""; 0], "{said}");
    assert!(
        said.contains("no tenant profile"),
        "it read everything: {said}"
    );
}

/// What the page quotes of failures stands in the program's own words.
#[test]
fn what_one_reads_is_what_is_said() {
    let mut sources = String::new();
    gather(&root().join("crates/pipeline/src/tell"), &mut sources);
    let page = page("alerts.md");
    let table = page.split("| what you read | what to do |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut quoted = 0;
    for row in rows {
        let cell = row.split('|').nth(1).unwrap();
        let quotes = cell.split('`').skip(1).step_by(2);
        for part in quotes.flat_map(|quote| quote.split('…')) {
            let part = part.trim();
            // Numbers are the other side's.
            let is_text = part.chars().any(char::is_alphabetic);
            let said = part.trim_end_matches(" 30 s");
            assert!(!is_text || sources.contains(said), "nobody says \"{said}\"");
            quoted += usize::from(is_text);
        }
    }
    assert!(quoted >= 4, "{quoted} quotes were found");
}

fn gather(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
        } else {
            sources.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
