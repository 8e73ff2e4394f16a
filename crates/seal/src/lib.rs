//! Bytes in, sealed values out, and back: the format of Sealed Secrets, as pure functions. And the
//! search for what should have been sealed.
//!
//! A value is sealed for a [`Scope`], which says where it may be opened: under one name in one
//! namespace, anywhere in a namespace, or anywhere. With the public certificate of a cluster's
//! sealing key everybody can seal ([`Sealer`]); only who has the private key can open ([`Opener`]):
//! the cluster, and whoever kept a copy ([`KeyBundle`]).
//!
//! [`leaks`] reads a file of a repository and finds secrets that lie there in plaintext.
//!
//! Nothing here reads a file, asks a clock or speaks to anybody. The moment is an argument, and so
//! is the key of each value ([`SessionKey`]). Two things take random bytes from the library for
//! cryptography by themselves, because it offers no other way: the padding of RSA-OAEP, and the
//! making of RSA keys.

mod scope;
mod pem;
mod certificate;
mod key;
mod new_key;
mod value;
mod yaml;
mod manifest;
mod secret;
mod sealed_secret;
mod bundle;
mod leak;

#[cfg(test)]
mod specimen;

pub use bundle::{KeptKey, KeyBundle};
pub use certificate::{Certificate, CertificateError, Sealer};
pub use key::{KeyError, Opener, SealingKey};
pub use leak::{Leak, LeakKind, leaks};
pub use manifest::{ManifestError, Place};
pub use new_key::{NotAHost, self_signed};
pub use scope::Scope;
pub use sealed_secret::{SealedSecret, sealed_bytes, sealed_text};
pub use secret::{Data, OPAQUE, Secret};
pub use value::{OpenError, SessionKey, open};
pub use yaml::documents;
