//! Where a sealed value may be opened: the label that its encryption is bound to.

/// The annotations' common beginning.
const GROUP: &str = "sealedsecrets.bitnami.com";

/// How far a sealed value may be carried and still be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Under this name in this namespace alone. What the program makes, unless told otherwise.
    #[default]
    Strict,
    /// Under any name in this namespace.
    NamespaceWide,
    /// Under any name in any namespace.
    ClusterWide,
}

impl Scope {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::NamespaceWide, Self::ClusterWide];

    /// The word that `kubeseal --scope` takes, and we.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::NamespaceWide => "namespace-wide",
            Self::ClusterWide => "cluster-wide",
        }
    }

    /// The annotation that says so, on the sealed secret and on its template; the strict scope has
    /// none. Its value is `"true"`.
    pub fn annotation(self) -> Option<String> {
        match self {
            Self::Strict => None,
            wider => Some(format!("{GROUP}/{}", wider.as_str())),
        }
    }

    /// Whether an annotation speaks of a scope.
    pub(crate) fn has_annotation(name: &str) -> bool {
        Self::of_annotations(std::iter::once(name)) != Self::Strict
    }

    /// The widest that annotations speak of, as the controller reads them.
    pub(crate) fn of_annotations<'a>(annotations: impl Iterator<Item = &'a str>) -> Self {
        let mut scope = Self::Strict;
        for name in annotations {
            let named = |wide: &Self| wide.annotation().as_deref() == Some(name);
            match Self::ALL.into_iter().find(named) {
                Some(Self::ClusterWide) => return Self::ClusterWide,
                Some(found) => scope = found,
                None => {}
            }
        }
        scope
    }

    /// What RSA-OAEP takes as its label, so that a value that was carried away does not open.
    pub fn label(self, namespace: &str, name: &str) -> Vec<u8> {
        match self {
            Self::Strict => format!("{namespace}/{name}").into_bytes(),
            Self::NamespaceWide => namespace.as_bytes().to_vec(),
            Self::ClusterWide => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_the_controller() {
        let check = |scope: Scope, expected: &str| {
            assert_eq!(scope.label("apps", "regcred"), expected.as_bytes());
        };
        check(Scope::Strict, "apps/regcred");
        check(Scope::NamespaceWide, "apps");
        check(Scope::ClusterWide, "");
    }

    #[test]
    fn annotations_say_the_scope_and_the_widest_counts() {
        let check = |names: &[&str], expected: Scope| {
            assert_eq!(Scope::of_annotations(names.iter().copied()), expected);
        };
        let wide = "sealedsecrets.bitnami.com/namespace-wide";
        let wider = "sealedsecrets.bitnami.com/cluster-wide";
        check(&[], Scope::Strict);
        check(&["note"], Scope::Strict);
        check(&[wide], Scope::NamespaceWide);
        check(&[wider, wide], Scope::ClusterWide);
        check(&[wide, wider], Scope::ClusterWide);
        let named = Scope::ALL.map(Scope::annotation);
        assert_eq!(named, [None, Some(wide.into()), Some(wider.into())]);
    }
}
