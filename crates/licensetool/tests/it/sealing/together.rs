//! What belongs together and does not, after a merge or a mistake: found before a cluster has it.

use super::{DIR, Operator, operator};
use crate::fixture::secret;

impl Operator {
    fn holds(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir().join(name)).unwrap()
    }

    /// One finding says so, of this file.
    #[track_caller]
    fn finds_in(&self, name: &str, words: &str) {
        let ended = self.run(&["seal", "--check"]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let line = ended.out.lines().find(|line| line.contains(words));
        let is_there = line.is_some_and(|line| line.contains(name));
        assert!(is_there, "{words}: {ended:?}");
    }

    /// A pod needs this item, and that alone is wrong.
    #[track_caller]
    fn lacks(&self, item: &str, source: &str) {
        let ended = self.run(&["seal", "--check"]);
        let words = format!(
            "it needs the item \"{item}\" of the secret \"licensetool-env\", which {DIR}/ lacks. \
             Put {source} into the home folder and run `licensetool seal`"
        );
        assert!(ended.out.contains(&words), "{ended:?}");
        assert_eq!(ended.out.matches(": mount: ").count(), 1, "{ended:?}");
    }

    /// Writes a file of the app.
    fn app(&self, file: &str, text: &str) {
        self.put(&format!("infra/k8s/apps/licensetool/{file}"), text);
    }

    /// An app whose pods mount all that is sealed, and by name `session` and one more item.
    fn has_app(&self, item: &str) {
        let overlay = "components: [../../components/split, secrets]\n";
        self.app("overlays/dev/kustomization.yaml", overlay);
        let split = "components/split/kustomization.yaml";
        self.app(split, "resources: [web.yaml]\n");
        let whole = "\x20 - secret: {secretName: licensetool-";
        let whole = [
            "tls",
            "profiles-tenants",
            "profiles-auth",
            "profiles-sharepoint",
            "cert-infos",
        ]
        .map(|name| format!("{whole}{name}}}\n"));
        let text = format!(
            "{}{}imagePullSecrets: [{{name: regcred}}]\n",
            mount(item),
            whole.concat()
        );
        self.app("components/split/web.yaml", &text);
    }
}

fn mount(item: &str) -> String {
    let text = "volumes:\n  - name: secrets\n    secret:\n      secretName: licensetool-env\n      \
         items:\n      - {key: session, path: session}\n      - {key: ITEM, path: x}\n";
    text.replace("ITEM", item)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_merge_has_left_behind_is_found() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    for name in ["kustomization.yaml", "mounts-web.yaml", "restart.yaml"] {
        let good = operator.holds(name);
        let marked = format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> theirs\n");
        operator.put(&format!("{DIR}/{name}"), &marked);
        operator.finds_in(name, "it is no YAML, or a merge left its marks");
        // Within a text, too, where YAML takes them for a part of it.
        operator.put(
            &format!("{DIR}/{name}"),
            &format!("{good}x: |\n\n>>>>>>> theirs\n"),
        );
        operator.finds_in(name, "it is no YAML, or a merge left its marks");
        operator.put(&format!("{DIR}/{name}"), &good);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_that_would_not_be_replaced_are_found() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let list = format!("{DIR}/kustomization.yaml");
    let listed = operator.holds("kustomization.yaml");
    operator.put(
        &list,
        &listed.replace("path: restart.yaml", "path: mounts-web.yaml"),
    );
    operator.finds_in("kustomization.yaml", "restart.yaml is not listed");
    operator.put(
        &list,
        &listed.replace("path: mounts-web.yaml", "path: restart.yaml"),
    );
    operator.finds_in("kustomization.yaml", "mounts-web.yaml is not listed");
    operator.put(&list, &listed);
    let file = format!("{DIR}/restart.yaml");
    let good = operator.holds("restart.yaml");
    for bad in [
        "",
        "# nothing\n",
        &good.replace("licensetool-env:", "licensetool-other:"),
    ] {
        operator.put(&file, bad);
        operator.finds_in("restart.yaml", "it lacks the checksum of licensetool-env");
    }
    std::fs::remove_file(operator.repository().join(&file)).unwrap();
    operator.finds_in("restart.yaml", "it lacks the checksum of licensetool-env");
    operator.put(&file, &good);
    let database = "infra/k8s/apps/database/overlays/dev/secrets/restart.yaml";
    operator.put(database, "");
    operator.finds_in(
        "database/overlays",
        "it lacks the checksum of licensetool-database",
    );
    operator.fine(&["seal"]);
    operator.fine(&["seal", "--check"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_a_merge_has_broken_is_not_lost_without_a_wish() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let secret = format!("{DIR}/licensetool-env.sealedsecret.yaml");
    operator.put(&secret, "<<<<<<< HEAD\n");
    operator.finds_in(
        "licensetool-env",
        "it is no YAML, or a merge left its marks",
    );
    let said = operator.refused(&["seal"]);
    assert!(said.contains("git checkout --ours"), "{said}");
    let left = std::fs::read_to_string(operator.repository().join(&secret)).unwrap();
    assert_eq!(left, "<<<<<<< HEAD\n");
    let ended = operator.run(&["seal", "--remove-others"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = "licensetool-env.sealedsecret.yaml could not be read";
    assert!(ended.out.contains(words), "{ended:?}");
    operator.fine(&["seal", "--check"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_pods_need_and_nobody_sealed_is_found() {
    let operator = operator().await;
    operator.new_key();
    operator.has_app("database-web");
    // Another overlay's: nothing of it is wanted here.
    operator.app(
        "components/all-in-one/kustomization.yaml",
        "resources: [all.yaml]\n",
    );
    operator.app("components/all-in-one/all.yaml", &mount("of-another"));
    secret(operator.home(), "secrets/database-web", "a password");
    operator.fine(&["seal"]);
    operator.fine(&["seal", "--check"]);

    std::fs::remove_file(operator.home().join("secrets/database-web")).unwrap();
    let ended = operator.run(&["seal"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for words in [
        "licensetool-env.sealedsecret.yaml (removed database-web)",
        "licensetool-env.sealedsecret.yaml lost what the home folder lacks: database-web; ",
    ] {
        assert!(ended.out.contains(words), "{words}: {ended:?}");
    }
    operator.lacks("database-web", "secrets/database-web");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_that_patches_want_are_looked_for_too() {
    let operator = operator().await;
    operator.new_key();
    operator.has_app("registry");
    operator.fine(&["seal"]);
    operator.fine(&["seal", "--check"]);
    let overlay = |rest: &str| {
        let text = format!("components: [../../components/split, secrets]\n{rest}");
        operator.app("overlays/dev/kustomization.yaml", &text);
    };
    let env = |optional: &str| {
        let text = "patches:\n- patch: |\n    - op: add\n      path: /a\n      value: {valueFrom: \
                    {secretKeyRef: {name: licensetool-env, key: MAIL?}}}\n";
        text.replace('?', optional)
    };
    overlay(&env(""));
    operator.lacks("MAIL", "a line MAIL=… of licensetool.env");
    overlay(&env(", optional: true"));
    operator.fine(&["seal", "--check"]);
    overlay("patches: [{path: mail.yaml}]\n");
    let mail = "spec: {volumes: [{name: secrets, secret: {items: [{key: mail, path: mail}]}}]}\n";
    operator.app("overlays/dev/mail.yaml", mail);
    operator.lacks("mail", "secrets/mail");
    // Nobody names the file any more.
    overlay("");
    operator.fine(&["seal", "--check"]);
    // What cannot be read may name anything: nothing is said to be unused.
    operator.app("overlays/dev/kustomization.yaml", "<<<<<<< HEAD\n");
    let ended = operator.run(&["seal", "--check"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = "overlays/dev/kustomization.yaml: mount: it is no YAML, or a merge left its marks";
    assert!(ended.out.contains(words), "{ended:?}");
    assert!(!ended.out.contains("nothing mounts it"), "{ended:?}");
}
