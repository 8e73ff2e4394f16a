//! A secret of each kind is planted, made at run time, and must be found; what only speaks of
//! secrets must not.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;
use crate::specimen::KEY;

/// Which kinds are found on which lines.
#[track_caller]
fn check(path: &str, text: &str, expected: &[(usize, LeakKind)]) {
    let found = leaks(path, text.as_bytes());
    let found: Vec<_> = found.iter().map(|leak| (leak.line, leak.kind)).collect();
    assert_eq!(found, expected, "{text}");
}

fn base64(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// Letters as random ones look, always the same.
fn letters(count: usize) -> String {
    "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv"
        .chars()
        .cycle()
        .take(count)
        .collect()
}

fn login() -> String {
    let auth = base64("robot:hush-hush");
    format!("{{\"auths\": {{\"registry.example\": {{\"auth\": \"{auth}\"}}}}}}")
}

#[test]
fn private_keys_are_found_whatever_they_wear() {
    let key = KEY.expose_pem();
    let one = [(1, LeakKind::PrivateKey)];
    check("a.pem", key, &one);
    check(
        "notes.md",
        &format!("see\n\n    {}", key.replace('\n', "\n    ")),
        &[(3, LeakKind::PrivateKey)],
    );
    check("a.json", &format!("{{\"k\": {key:?}}}"), &one);
    for label in ["RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "] {
        let body = letters(64);
        let pem = format!("-----BEGIN {label}PRIVATE KEY-----\n{body}\n");
        check("id", &pem, &one);
    }
    let block = format!(
        "-----BEGIN PGP PRIVATE {}-----\nVersion: 1\n\n{}\n",
        "KEY BLOCK",
        letters(64)
    );
    check("a.asc", &block, &one);
    check("a.yaml", &format!("tls.key: {}\n", base64(key)), &one);
    let with_certificate = base64(&format!("{}{key}", KEY.certificate.pem()));
    let found = leaks(
        "a.yaml",
        format!("tls.key: {with_certificate}\n").as_bytes(),
    );
    assert!(found.contains(&Leak {
        line: 1,
        kind: LeakKind::PrivateKey
    }));
}

#[test]
fn a_private_key_in_der_and_files_that_keep_keys_are_found() {
    let body: String = KEY
        .expose_pem()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = BASE64_STANDARD.decode(body).unwrap();
    let found = leaks("a.der", &der);
    assert!(
        found.contains(&Leak {
            line: 0,
            kind: LeakKind::PrivateKey
        }),
        "{found:?}"
    );
    check("certs/Mine.PFX", "anything", &[(0, LeakKind::KeyStore)]);
}

#[test]
fn windows_hides_nothing() {
    let text = format!("SECRET_KEY={}\r\n", "hush-hush");
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = leaks("a.env", &[vec![0xff, 0xfe], units].concat());
    assert_eq!(
        found,
        [Leak {
            line: 1,
            kind: LeakKind::Setting
        }]
    );
}

#[test]
fn profiles_are_found() {
    let profile = |thumbprint: &str| {
        format!(
            "{{\n  \"client_id\": \"7c9e6679-7425-40de-944b-e07fc1f90ae7\",\n  \
             \"thumbprint\": \"{thumbprint}\"\n}}\n"
        )
    };
    let hex = "0A1B2C3D4E".repeat(4);
    check("p.json", &profile(&hex), &[(3, LeakKind::Profile)]);
    check(
        "p.json",
        &profile(&base64(&letters(20))),
        &[(3, LeakKind::Profile)],
    );
    check(
        "p.json",
        &profile("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"),
        &[],
    );
    check("p.json", &profile(""), &[]);
}

#[test]
fn secrets_of_kubernetes_are_found() {
    let one = |line| [(line, LeakKind::SecretManifest)];
    let head = format!("apiVersion: v1\n{}: Secret\nmetadata:\n  name: a\n", "kind");
    check("a.yaml", &format!("{head}data:\n  a: aHVzaA==\n"), &one(2));
    check(
        "a.yaml",
        &format!("a: b\n---\n{head}stringData:\n  a: hush\n"),
        &one(4),
    );
    check("a.yaml", &format!("{head}data: {{a: aHVzaA==}}\n"), &one(2));
    check(
        "a.yaml",
        &format!("{head}stringData:\n  a: |\n    hush\n"),
        &one(2),
    );
    check("a.yaml", &format!("{head}data: {{}}\n"), &[]);
    let nothing = format!(
        "{{\"{}\":\"Secret\",\"metadata\":{{\"name\":\"a\"}}}}\n",
        "kind"
    );
    check("a.json", &nothing, &[]);
    check("a.yaml", &head, &[]);
    let json = format!(
        "{{\"{}\":\"Secret\",\"data\":{{\"a\":\"aHVzaA==\"}}}}\n",
        "kind"
    );
    check("a.json", &json, &one(1));
    let pretty = format!(
        "{{\n  \"{}\": \"Secret\",\n  \"data\": {{\n    \"a\": \"aHVzaA==\"\n  }}\n}}\n",
        "kind"
    );
    check("a.json", &pretty, &one(2));
    let applied = format!("metadata:\n  annotations:\n    x: |\n      {json}");
    check("a.yaml", &applied, &one(4));
    let generator = "secretGenerator:\n- name: a\n  literals:\n  - a=hush\n";
    check("kustomization.yaml", generator, &one(1));
    check("a.yaml", &head.replace(": Secret", ": SealedSecret"), &[]);
}

#[test]
fn logins_of_registries_are_found() {
    let one = [(1, LeakKind::RegistryLogin)];
    check("config.json", &login(), &one);
    check(
        "a.yaml",
        &format!(".dockerconfigjson: {}", base64(&login())),
        &one,
    );
    check("config.json", "{\"auths\": {}}", &[]);
}

#[test]
fn tokens_are_found_by_their_shape() {
    let secret = format!("x7I8Q~{}", letters(34));
    for end in ["", ".", "\"", " "] {
        let text = format!("it is {secret}{end}");
        check("notes.md", &text, &[(1, LeakKind::ClientSecret)]);
    }
    let part = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let token = [
        part("{\"alg\":\"RS256\"}"),
        part("{\"sub\":\"a\"}"),
        letters(86),
    ]
    .join(".");
    check(
        "a.http",
        &format!("Authorization: Bearer {token}"),
        &[(1, LeakKind::Token)],
    );
    check(
        "a.toml",
        &format!("s = \"whsec_{}\"", letters(32)),
        &[(1, LeakKind::WebhookSecret)],
    );
    let age = format!("{}{}", "AGE-SECRET-KEY-", "1QPZRY9X8".repeat(6));
    check(
        "key.txt",
        &format!("# public key: age1…\n{age}\n"),
        &[(2, LeakKind::AgeKey)],
    );
    check(
        "a.yaml",
        "url: postgres://a:hush-hush@db/x",
        &[(1, LeakKind::Address)],
    );
    check(
        "a.yaml",
        "url: postgres://a:${PASSWORD}@db/x and https://a@b/c:d@e",
        &[],
    );
}

#[test]
fn tokens_of_hosts_of_git_are_found_whatever_stands_around() {
    let one = [(1, LeakKind::GitToken)];
    for begin in ["ghp", "gho", "ghs", "ghu", "ghr"] {
        let token = format!("{begin}_{}", letters(36));
        check("notes.md", &format!("curl -H 'x: {token}' y"), &one);
        check("a.rs", &format!("\"{token}\""), &one);
    }
    let fine = format!("{}_pat_{}_{}", "github", letters(22), letters(59));
    check("a.md", &fine, &one);
    check("a.md", &format!("{}-{}", "glpat", letters(20)), &one);
    check("a.md", &format!("{}_{}", "ghp", "x".repeat(36)), &[]);
    check("a.md", &format!("aghp_{}", letters(36)), &[]);
    check("a.md", "they begin with ghp_, github_pat_ or glpat-", &[]);
    for words in [
        "git checkout glpat-rotation-for-ci-runner-hosts",
        "ghp_your_personal_access_token_goes_here_please",
        ".gldt-deploy-token-settings-panel { }",
    ] {
        check("a.md", words, &[]);
    }
}

#[test]
fn what_a_home_folder_holds_for_argo_cd_and_the_database_is_found_by_its_place() {
    let one = [(1, LeakKind::Password)];
    for place in [
        "repository/password",
        "home/repository/password",
        "x/database/password",
    ] {
        check(place, "hush-hush\n", &one);
    }
    // Random ones look like keys of sessions, and are none.
    check("home/secrets/database-web", &letters(44), &one);
    check(
        "home/secrets/session",
        &letters(44),
        &[(1, LeakKind::SessionKey)],
    );
    for first in ['!', '$', '#', '*', '~', '<', '{'] {
        check("database/password", &format!("{first}k3nD9s"), &one);
    }
    for elsewhere in ["${PASSWORD}", "<your password>", "{{ password }}", "xxxx"] {
        check("database/password", elsewhere, &[]);
    }
    check("src/password", "hush-hush\n", &[]);
    check("repository/password", "\n", &[]);
    let key = [(1, LeakKind::PrivateKey)];
    let pem = format!(
        "-----BEGIN {} PRIVATE KEY-----\n{}\n",
        "OPENSSH",
        letters(70)
    );
    check("home/repository/sshPrivateKey", &pem, &key);
    check("home/repository/sshPrivateKey", "whatever it is\n", &key);
    let putty = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAA\n";
    check("deploy.txt", putty, &key);
}

#[test]
fn a_backup_of_the_sealing_key_is_found_and_what_only_a_key_opens_is_not() {
    let age = |recipient: &str| {
        format!(
            "age-encryption.org/v1\n-> {recipient} {}\n--- {}\n",
            letters(22),
            letters(43)
        )
    };
    let armored = |text: &str| {
        let coded = base64(&format!("{text}{}", letters(900)));
        let lines: Vec<&str> = coded
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).unwrap())
            .collect();
        let kind = "AGE ENCRYPTED FILE";
        let lines = lines.join("\n");
        format!("-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n")
    };
    let one = [(1, LeakKind::LockedBackup)];
    let backup = [age("scrypt").into_bytes(), vec![0xff, 0, 0x80]].concat();
    let found = leaks("sealing-key.age", &backup);
    let kinds: Vec<_> = found.iter().map(|leak| (leak.line, leak.kind)).collect();
    assert_eq!(kinds, one);
    check("key.txt", &armored(&age("scrypt")), &one);
    check("a.age", &age("X25519"), &[]);
    check("a.age", &armored(&age("X25519")), &[]);
    check(
        "a.md",
        "a backup begins with `age-encryption.org/v1` and `-> scrypt `",
        &[],
    );
}

#[test]
fn files_of_session_keys_are_found() {
    let key = letters(64);
    check(
        "secrets/session",
        &format!("{key}\n"),
        &[(1, LeakKind::SessionKey)],
    );
    check(
        "session",
        &format!("# of May\n{key}\n{key}\n"),
        &[(2, LeakKind::SessionKey)],
    );
    check("a.sha256", &"0a".repeat(32), &[]);
    check("words", &"licence".repeat(9), &[]);
    check("empty", "", &[]);
}

#[test]
fn what_is_sealed_and_what_only_speaks_of_secrets_is_no_finding() {
    check("a.pem", &KEY.certificate.pem(), &[]);
    let words = "put -----BEGIN RSA PRIVATE KEY----- first, and -----END PRIVATE KEY----- last\n";
    check("docs/a.md", words, &[]);
    let sealed = format!(
        "kind: SealedSecret\nspec:\n  encryptedData:\n    CLIENT_SECRET: {}\n",
        BASE64_STANDARD.encode([2, 0, 0x7b, 0x22].repeat(150))
    );
    check("a.yaml", &sealed, &[]);
}

#[test]
fn a_mark_with_a_reason_covers_its_kind_on_its_line_and_the_next() {
    let mark = format!("# seal: allow {}: published test vector", "setting");
    let line = format!("SECRET_KEY={}\n", "hush-hush");
    check(
        "a.env",
        &format!("{mark}\n{line}{line}"),
        &[(3, LeakKind::Setting)],
    );
    let whole = mark.replace("setting:", "setting in this file:");
    check("a.env", &format!("{whole}\n{line}{line}"), &[]);
    let other = mark.replace("setting:", "token:");
    check(
        "a.env",
        &format!("{other}\n{line}"),
        &[(2, LeakKind::Setting)],
    );
    let silent = mark.replace("published test vector", "ok");
    check(
        "a.env",
        &format!("{silent}\n{line}"),
        &[(2, LeakKind::Setting)],
    );
}

#[test]
fn every_kind_has_a_word_of_its_own_and_a_way_out() {
    let mut words: Vec<&str> = LeakKind::ALL.iter().map(|kind| kind.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), LeakKind::ALL.len());
    let told = |kind: LeakKind| !kind.what().is_empty() && !kind.way_out().is_empty();
    assert!(LeakKind::ALL.into_iter().all(told));
}

proptest! {
    #[test]
    fn no_bytes_panic(path in "[a-z./]{0,9}", bytes: Vec<u8>) {
        drop(leaks(&path, &bytes));
    }

    #[test]
    fn no_text_panics(
        text in "(-----BEGIN |PRIVATE KEY-----|Q~|eyJ|://|@|kind: Secret|data:|\"auth\"|whsec_|\
                 AGE-SECRET-KEY-|age-encryption.org/v1|-----BEGIN AGE ENCRYPTED FILE-----|glpat-|\
                 SECRET_KEY=|seal: allow |:|\\{|\n|ä|\\PC){0,20}"
    ) {
        drop(leaks("a.yaml", text.as_bytes()));
    }
}
