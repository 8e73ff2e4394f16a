//! Sealing keys as the controller keeps them: secrets with a label, all that a cluster ever had.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::key::{KeyError, Opener, SealingKey};
use crate::manifest::Place;
use crate::secret::{Data, Secret};

/// By this label the controller knows its keys.
const LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
const ACTIVE: &str = "active";
const TLS: &str = "kubernetes.io/tls";
const CERTIFICATE: &str = "tls.crt";
const PRIVATE_KEY: &str = "tls.key";

/// A sealing key and where it is kept.
#[derive(Debug)]
pub struct KeptKey {
    pub place: Place,
    pub key: SealingKey,
    /// Whether the controller reads it at all.
    pub is_active: bool,
}

/// All sealing keys of a cluster, the newest first: that one seals, each of them opens.
#[derive(Debug, Default)]
pub struct KeyBundle {
    keys: Vec<KeptKey>,
}

impl KeyBundle {
    /// Reads what `kubectl get secret -o yaml` prints, or what [`KeyBundle::manifest`] wrote.
    ///
    /// # Errors
    /// If a secret in it is no sealing key, or there is none.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let secrets = Secret::parse_all(text)?;
        let keys: Result<Vec<KeptKey>, KeyError> = secrets.iter().map(KeptKey::read).collect();
        let mut bundle = Self { keys: keys? };
        bundle.order();
        if bundle.keys.is_empty() {
            return Err(KeyError::NoSecret);
        }
        Ok(bundle)
    }

    /// The newest first.
    pub fn keys(&self) -> &[KeptKey] {
        &self.keys
    }

    /// What opens, of all of them.
    pub fn into_openers(self) -> Vec<Opener> {
        self.keys.into_iter().map(|kept| kept.key.opener).collect()
    }

    /// The one that seals: the newest of those that the controller reads.
    pub fn sealing(&self) -> Option<&SealingKey> {
        let active = self.keys.iter().find(|kept| kept.is_active);
        active.map(|kept| &kept.key)
    }

    /// Makes a new key, which seals from now on. The others stay, or what they sealed is lost.
    pub fn add_new(&mut self, namespace: &str, now: Timestamp) {
        self.add(namespace, SealingKey::generate(now));
    }

    /// Adds a key under a name of our own.
    pub fn add(&mut self, namespace: &str, key: SealingKey) {
        let fingerprint = key.certificate.fingerprint();
        let name = format!("sealed-secrets-key-{}", &fingerprint[..10]);
        let place = Place {
            namespace: namespace.to_owned(),
            name,
        };
        let kept = KeptKey {
            place,
            key,
            is_active: true,
        };
        // Before one that began in the same second.
        self.keys.insert(0, kept);
        self.order();
    }

    /// The controller seals with the one that began last.
    fn order(&mut self) {
        let begins = |kept: &KeptKey| Reverse(kept.key.certificate.not_before);
        self.keys.sort_by_key(begins);
    }

    /// As `kubectl apply -f -` takes it. It is plaintext: only for the cluster, or encrypted.
    pub fn manifest(&self) -> Zeroizing<String> {
        let texts: Vec<_> = self
            .keys
            .iter()
            .map(|kept| kept.secret().manifest())
            .collect();
        let room = texts.iter().map(|text| text.len() + 4).sum();
        let mut all = Zeroizing::new(String::with_capacity(room));
        for text in texts {
            if !all.is_empty() {
                all.push_str("---\n");
            }
            all.push_str(&text);
        }
        all
    }
}

impl KeptKey {
    fn read(secret: &Secret) -> Result<Self, KeyError> {
        let item = |name: &str| secret.data.get(name).map(|bytes| bytes.as_slice());
        let (Some(certificate), Some(key)) = (item(CERTIFICATE), item(PRIVATE_KEY)) else {
            return Err(KeyError::NoSecret);
        };
        Ok(Self {
            place: secret.place.clone(),
            key: SealingKey::of_pem(key, certificate)?,
            is_active: secret.labels.get(LABEL).is_some_and(|it| it == ACTIVE),
        })
    }

    fn secret(&self) -> Secret {
        let certificate = self.key.certificate.pem().into_bytes();
        let key = self.key.expose_pem().as_bytes().to_vec();
        let label = if self.is_active {
            ACTIVE
        } else {
            "compromised"
        };
        Secret {
            place: self.place.clone(),
            kind: TLS.to_owned(),
            labels: BTreeMap::from([(LABEL.to_owned(), label.to_owned())]),
            annotations: BTreeMap::new(),
            data: Data::from([
                (CERTIFICATE.to_owned(), Zeroizing::new(certificate)),
                (PRIVATE_KEY.to_owned(), Zeroizing::new(key)),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new_key::sealing_key;
    use crate::specimen::now;
    use jiff::SignedDuration;
    use rcgen::RsaKeySize;

    fn two() -> KeyBundle {
        let mut bundle = KeyBundle::default();
        let later = now() + SignedDuration::from_hours(24);
        for at in [now(), later] {
            bundle.add("kube-system", sealing_key(at, RsaKeySize::_2048));
        }
        bundle
    }

    #[test]
    fn the_newest_key_seals_and_all_are_read_back() {
        let bundle = two();
        let begins = |kept: &KeptKey| kept.key.certificate.not_before;
        assert!(begins(&bundle.keys()[0]) > begins(&bundle.keys()[1]));
        let newest = &bundle.keys()[0].key.certificate;
        assert_eq!(bundle.sealing().map(|key| &key.certificate), Some(newest));
        let read = KeyBundle::parse(&bundle.manifest()).unwrap();
        assert_eq!(read.manifest(), bundle.manifest());
        assert!(read.keys()[0].place.name.starts_with("sealed-secrets-key-"));
        let retired = bundle.manifest().replace(": active", ": compromised");
        let retired = KeyBundle::parse(&retired).unwrap();
        assert!(retired.sealing().is_none() && retired.keys().len() == 2);
    }

    #[test]
    fn what_holds_no_sealing_key_is_refused() {
        let refused = |text: &str| KeyBundle::parse(text).err().map(|error| error.to_string());
        let none = "it holds no sealing key: no Secret of the type kubernetes.io/tls";
        assert_eq!(refused("kind: ConfigMap\n").as_deref(), Some(none));
        let other = "kind: Secret\nmetadata: {name: a, namespace: b}\n";
        assert_eq!(refused(other).as_deref(), Some(none));
        assert!(refused("a: [").is_some_and(|said| said.starts_with("it is no YAML")));
    }
}
