//! Finds secrets in plaintext in a file that somebody is about to commit, each with its line, what
//! it is, and what to do.
//!
//! It looks for shapes, not for entropy: what it says is worth stopping for. What is meant to stand
//! there, such as a published test vector, is marked on its line or on the line above, with the
//! kind and a reason: `seal: allow KIND: why it is no secret`. In the first lines of a file, `seal:
//! allow KIND in this file: why` holds for all of it.

mod allowed;
mod text;
mod keys;
mod tokens;
mod settings;
mod profiles;
mod manifests;
mod session_keys;
mod passwords;

use text::Text;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// Counted from 1; 0 if the whole file is meant.
    pub line: usize,
    pub kind: LeakKind,
}

/// The kinds of secrets that are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeakKind {
    /// Of any kind, as PEM or DER, also in base64 once more.
    PrivateKey,
    /// A file that keeps keys: PKCS#12, Java's.
    KeyStore,
    /// A tenant's or a SharePoint profile, with its app and certificate.
    Profile,
    /// A line such as `SECRET_KEY=…`, or `password: …`.
    Setting,
    /// A `Secret` of Kubernetes with values, or what generates one.
    SecretManifest,
    /// A login at a registry of images.
    RegistryLogin,
    /// In the shape that Entra gives them.
    ClientSecret,
    /// Of age, which opens backups.
    AgeKey,
    /// A file with keys of sessions.
    SessionKey,
    /// A password by itself, in a file of a home folder.
    Password,
    /// A file that a passphrase locks, as backups of the sealing key are: whoever has it can try
    /// for ever.
    LockedBackup,
    /// By which a host of Git lets programs in.
    GitToken,
    /// A signed token, such as Entra's bearer tokens.
    Token,
    /// By which webhooks are signed.
    WebhookSecret,
    /// An address with a password in it.
    Address,
}

impl LeakKind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::PrivateKey,
        Self::KeyStore,
        Self::Profile,
        Self::Setting,
        Self::SecretManifest,
        Self::RegistryLogin,
        Self::ClientSecret,
        Self::AgeKey,
        Self::SessionKey,
        Self::Password,
        Self::LockedBackup,
        Self::GitToken,
        Self::Token,
        Self::WebhookSecret,
        Self::Address,
    ];

    /// The word that a mark takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "private-key",
            Self::KeyStore => "key-store",
            Self::Profile => "profile",
            Self::Setting => "setting",
            Self::SecretManifest => "secret-manifest",
            Self::RegistryLogin => "registry-login",
            Self::ClientSecret => "client-secret",
            Self::AgeKey => "age-key",
            Self::SessionKey => "session-key",
            Self::Password => "password",
            Self::LockedBackup => "locked-backup",
            Self::GitToken => "git-token",
            Self::Token => "token",
            Self::WebhookSecret => "webhook-secret",
            Self::Address => "address",
        }
    }

    /// What it is, for people.
    pub fn what(self) -> &'static str {
        match self {
            Self::PrivateKey => "a private key lies here",
            Self::KeyStore => "a file that keeps keys lies here",
            Self::Profile => "a profile lies here in plaintext",
            Self::Setting => "a secret setting has its value here",
            Self::SecretManifest => "a Secret lies here in plaintext",
            Self::RegistryLogin => "the login of a registry lies here",
            Self::ClientSecret => "a client secret of Entra lies here",
            Self::AgeKey => "a secret key of age lies here",
            Self::SessionKey => "a key of sessions lies here",
            Self::Password => "a password lies here",
            Self::LockedBackup => {
                "a file lies here that only a passphrase locks, as backups of the sealing key are"
            }
            Self::GitToken => "a token of a host of Git lies here",
            Self::Token => "a signed token lies here",
            Self::WebhookSecret => "a webhook's secret lies here",
            Self::Address => "an address holds a password",
        }
    }

    /// What to do about it.
    pub fn way_out(self) -> &'static str {
        match self {
            Self::PrivateKey | Self::KeyStore => {
                "Move it out of the repository, into the home folder, and run `licensetool seal`; \
                 if it was ever pushed, make a new key"
            }
            Self::Profile | Self::SecretManifest | Self::RegistryLogin => {
                "Move it out of the repository, into the home folder, run `licensetool seal`, and \
                 commit what that writes"
            }
            Self::Setting => {
                "Put it into licensetool.env or secrets/ of the home folder and run `licensetool \
                 seal`; if it was ever pushed, change it"
            }
            Self::ClientSecret
            | Self::GitToken
            | Self::Token
            | Self::WebhookSecret
            | Self::Address => "Take it out; if it was ever pushed, revoke it and get a new one",
            Self::AgeKey => "Keep it outside of the repository; if it was ever pushed, replace it",
            Self::LockedBackup => {
                "Keep it outside of the repository; if it was ever pushed, everybody there can try \
                 passphrases on it: `licensetool sealing-key rotate`, and replace what was sealed"
            }
            Self::SessionKey => {
                "Move it out of the repository, into secrets/ of the home folder; if it was ever \
                 pushed, make a new one"
            }
            Self::Password => {
                "Move it out of the repository, into the home folder, and run `licensetool seal`; \
                 if it was ever pushed, change it"
            }
        }
    }
}

/// Reads a file of a repository: its path relative to the root, and its bytes, whatever they are.
pub fn leaks(path: &str, bytes: &[u8]) -> Vec<Leak> {
    let text = Text::of(path, bytes);
    let mut found = Vec::new();
    for (kind, lines) in [
        (LeakKind::PrivateKey, keys::private_keys(&text, bytes)),
        (LeakKind::KeyStore, keys::key_stores(&text, bytes)),
        (LeakKind::AgeKey, keys::age_keys(&text)),
        (LeakKind::Profile, profiles::profiles(&text)),
        (LeakKind::Setting, settings::settings(&text)),
        (LeakKind::SecretManifest, manifests::secrets(&text)),
        (LeakKind::RegistryLogin, manifests::registry_logins(&text)),
        (LeakKind::ClientSecret, tokens::client_secrets(&text)),
        (LeakKind::Password, passwords::passwords(&text)),
        (LeakKind::LockedBackup, passwords::locked(bytes)),
        (LeakKind::GitToken, tokens::git_tokens(&text)),
        (LeakKind::Token, tokens::signed_tokens(&text)),
        (LeakKind::WebhookSecret, tokens::webhook_secrets(&text)),
        (LeakKind::Address, tokens::addresses(&text)),
        (LeakKind::SessionKey, session_keys::session_keys(&text)),
    ] {
        found.extend(lines.into_iter().map(|line| Leak { line, kind }));
    }
    // The least that can be said of a line: that it looks random.
    let only_random = |leak: &Leak| leak.kind == LeakKind::SessionKey;
    let known: Vec<usize> = found
        .iter()
        .filter(|leak| !only_random(leak))
        .map(|leak| leak.line)
        .collect();
    found.retain(|leak| !only_random(leak) || !known.contains(&leak.line));
    found.sort_unstable();
    found.dedup();
    let marks = allowed::marks(&text);
    found.retain(|leak| !marks.iter().any(|mark| mark.covers(*leak)));
    found
}

#[cfg(test)]
mod tests;
