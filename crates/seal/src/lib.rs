//! Bytes in, sealed values out, and back: the format of Sealed Secrets, as pure functions.
//!
//! A value is sealed for a [`Scope`], which says where it may be opened: under one name in one
//! namespace, anywhere in a namespace, or anywhere. With the public certificate of a cluster's
//! sealing key everybody can seal ([`Sealer`]); only who has the private key can open
//! ([`SealingKey`]): the cluster, and whoever kept a copy.
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

#[cfg(test)]
mod specimen;

pub use certificate::{Certificate, CertificateError, Sealer};
pub use key::{KeyError, SealingKey};
pub use scope::Scope;
pub use value::{OpenError, SessionKey, open};
