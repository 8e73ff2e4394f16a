//! Manifests are written in one shape, read back, and what is odd in them is said.

use proptest::prelude::*;

use super::*;
use crate::specimen::{KEY, now};
use crate::yaml::documents;
use crate::{KeyBundle, SessionKey};

fn sealed(scope: Scope, key: &str, bytes: &[u8]) -> SealedSecret {
    let secret = Secret {
        place: Place {
            namespace: "licensetool".to_owned(),
            name: "licensetool-env".to_owned(),
        },
        kind: OPAQUE.to_owned(),
        labels: BTreeMap::from([("a.b/c".to_owned(), "d".to_owned())]),
        annotations: BTreeMap::from([("e.f/g".to_owned(), "true".to_owned())]),
        data: Data::from([(key.to_owned(), Zeroizing::new(bytes.to_vec()))]),
    };
    let sealer = KEY.certificate.sealer(now()).unwrap();
    SealedSecret::of(&secret, scope, |_, bytes, label| {
        let session = SessionKey::from_random(Zeroizing::new([7; 32]));
        sealed_text(&sealer.seal(bytes, label, session))
    })
}

fn read(text: &str) -> Result<SealedSecret, ManifestError> {
    SealedSecret::read(&documents(text).unwrap()[0])
}

#[test]
fn a_manifest_is_read_back_and_opened_in_every_scope() {
    for scope in Scope::ALL {
        let secret = sealed(scope, "SECRET_KEY", b"hush");
        let again = read(&secret.manifest()).unwrap();
        assert_eq!(again, secret);
        let key = Opener::of_pem(KEY.expose_pem().as_bytes()).unwrap();
        let opened = again.open(&[key]).unwrap();
        assert_eq!(*opened.data["SECRET_KEY"], b"hush");
        let annotations: Vec<&String> = opened.annotations.keys().collect();
        assert_eq!(annotations, ["e.f/g"]);
    }
}

#[test]
fn a_manifest_has_one_shape() {
    let mut secret = sealed(Scope::NamespaceWide, "yes", b"hush");
    secret.values.insert("yes".to_owned(), "AgB=".to_owned());
    assert_eq!(
        secret.manifest(),
        "apiVersion: bitnami.com/v1alpha1\n\
         kind: SealedSecret\n\
         metadata:\n  name: licensetool-env\n  namespace: licensetool\n  labels:\n    \
         app.kubernetes.io/managed-by: licensetool-seal\n  annotations:\n    \
         sealedsecrets.bitnami.com/namespace-wide: \"true\"\n\
         spec:\n  encryptedData:\n    \"yes\": AgB=\n  template:\n    metadata:\n      \
         name: licensetool-env\n      namespace: licensetool\n      labels:\n        \
         a.b/c: d\n      annotations:\n        e.f/g: \"true\"\n        \
         sealedsecrets.bitnami.com/namespace-wide: \"true\"\n    type: Opaque\n"
    );
}

#[test]
fn what_was_carried_away_stays_shut() {
    let mut secret = sealed(Scope::Strict, "a", b"hush");
    secret.place.name = "another".to_owned();
    let keys = [Opener::of_pem(KEY.expose_pem().as_bytes()).unwrap()];
    assert_eq!(secret.open(&keys), Err(("a".to_owned(), OpenError::Shut)));
    secret.values.insert("a".to_owned(), "hush".to_owned());
    let refused = secret.open(&keys);
    assert_eq!(refused, Err(("a".to_owned(), OpenError::NotSealed)));
}

#[test]
fn what_does_not_fit_together_is_said() {
    let good = sealed(Scope::Strict, "a", b"hush").manifest();
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(read(text).unwrap().oddities, expected, "{text}");
    };
    check(&good, &[]);
    check(
        &good.replace("v1alpha1", "v1"),
        &["apiVersion is not bitnami.com/v1alpha1"],
    );
    check(
        &good.replace("      name: licensetool-env", "      name: x"),
        &["spec.template.metadata.name is not \"licensetool-env\""],
    );
    let wide = "spec:\n  template:\n    metadata:\n      annotations:\n        \
                sealedsecrets.bitnami.com/cluster-wide: \"true\"\n    data:\n      a: b\n  \
                encryptedData: {b: c}\n";
    let head = good.split("spec:\n").next().unwrap();
    check(
        &format!("{head}{wide}"),
        &[
            "the scope of spec.template.metadata is another one",
            "the value of \"b\" is not sealed",
            "spec.template.data is plaintext",
        ],
    );
    check(&format!("{head}spec: {{}}\n"), &["it holds nothing"]);
    let refused = read("kind: ConfigMap\n").unwrap_err().to_string();
    assert_eq!(refused, "it is no SealedSecret, but ConfigMap");
    let nowhere = read("kind: SealedSecret\nmetadata: {name: a}\n").unwrap_err();
    assert_eq!(nowhere, ManifestError::Missing("metadata.namespace"));
}

proptest! {
    #[test]
    fn no_manifest_panics(
        text in "(kind: (Sealed)?Secret\n|metadata:( a)?\n|  (name|namespace): [a1\\{]\n|spec:\n|\
                 encryptedData:\n|    [ab]: [A-Za-z0-9=]{0,8}\n|  template:\n|\
                 data: \\{\\}\n){0,14}"
    ) {
        for document in documents(&text).unwrap_or_default() {
            drop(SealedSecret::read(&document));
        }
        prop_assert!(KeyBundle::parse(&text).is_err());
    }
}
