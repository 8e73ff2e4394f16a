"""Each rule finds what it is there for: a mistake is planted into what is committed, and must be
told."""

import copy
import functools
import unittest
from pathlib import Path

import delivery
import hardening
import program
import schemas
from manifests import Built, containers, pod

RENDERED = Path(__file__).resolve().parents[2] / "infra/k8s/rendered"
KNOWS = program.Program(
    {"web", "collect", "evaluate", "deliver"},
    {
        "LICENSETOOL_HOME",
        "LICENSETOOL_LISTEN",
        "LICENSETOOL_METRICS_LISTEN",
        "LICENSETOOL_STORE__URL",
        "LICENSETOOL_STORE__PASSWORD_FILE",
        "LICENSETOOL_STORE__CA_FILE",
    },
    {"/healthz", "/readyz"},
)


@functools.cache
def committed(name: str) -> Built:
    return Built.read(RENDERED / f"{name}.yaml", name)


def built(name: str) -> Built:
    return copy.deepcopy(committed(name))


class Planted(unittest.TestCase):
    def check(self, rule, name, kind, which, plant, words, *more):
        sound = built(name)
        self.assertEqual(rule(sound, *more), [], "before anything is planted")
        broken = built(name)
        plant(broken.one(kind, which))
        found = rule(broken, *more)
        self.assertTrue(any(words in it for it in found), f"{words} in {found}")

    def in_web(self, rule, plant, words, *more):
        self.check(rule, "dev/licensetool", "Deployment", "web", plant, words, *more)

    def test_an_image_without_its_digest(self):
        for image in ("licensetool:latest", "licensetool", "licensetool:1@sha256:" + 64 * "a"):
            self.in_web(
                hardening.images,
                lambda it, image=image: containers(it)[0].update(image=image),
                "is not pinned",
            )

    def test_a_pod_that_may_do_more(self):
        def own(it):
            return containers(it)[0]["securityContext"]

        cases = (
            (lambda it: pod(it).update(automountServiceAccountToken=True), "token"),
            (lambda it: pod(it)["securityContext"].update(runAsUser=0), "root"),
            (lambda it: pod(it)["securityContext"].pop("seccompProfile"), "seccomp"),
            (lambda it: pod(it).update(hostNetwork=True), "shares"),
            (lambda it: pod(it)["volumes"].append({"name": "x", "hostPath": {}}), "node"),
            (lambda it: own(it).update(readOnlyRootFilesystem=False), "written"),
            (lambda it: own(it)["capabilities"].update(add=["NET_ADMIN"]), "capabilities"),
            (lambda it: own(it).update(allowPrivilegeEscalation=True), "privileges"),
            (lambda it: containers(it)[0]["resources"].pop("limits"), "no limit"),
        )
        for plant, words in cases:
            self.in_web(hardening.restricted, plant, words)
        self.check(
            hardening.restricted,
            "dev/licensetool",
            "Namespace",
            "licensetool",
            lambda it: it["metadata"]["labels"].clear(),
            "enforces",
        )

    def test_another_user_than_the_images(self):
        self.in_web(
            hardening.program_user,
            lambda it: pod(it)["securityContext"].update(runAsUser=1000),
            "not 65532",
        )

    def test_a_way_that_nobody_needs_or_one_that_is_missing(self):
        for policy, plant, words in (
            ("default-deny", lambda it: it["spec"].update(policyTypes=["Ingress"]), "no policy"),
            ("webhooks", lambda it: it["spec"].update(podSelector={}), "it needs"),
            ("microsoft", lambda it: it["spec"].pop("egress"), "it needs"),
            ("dns", lambda it: it["spec"]["egress"][0].pop("ports"), "lets everything"),
            (
                "webhooks",
                lambda it: it["spec"]["egress"][0]["to"][0]["ipBlock"].pop("except"),
                "private networks",
            ),
            (
                "webhooks",
                lambda it: it["spec"]["egress"][0]["ports"].append({"port": 22}),
                "whole internet",
            ),
        ):
            self.check(hardening.policies, "dev/licensetool", "NetworkPolicy", policy, plant, words)

    def test_pages_that_go_away_for_a_moment(self):
        def rolling(it):
            return it["spec"]["strategy"]["rollingUpdate"]

        self.in_web(hardening.steady, lambda it: it["spec"].update(replicas=1), "not 3")
        self.in_web(hardening.steady, lambda it: rolling(it).update(maxUnavailable=1), "before")
        self.check(
            hardening.steady,
            "prod/licensetool",
            "Deployment",
            "web",
            lambda it: it["spec"].update(replicas=3),
            "beside its autoscaler",
        )

    def test_a_setting_that_the_program_does_not_know(self):
        variable = {"name": "LICENSETOOL_STORE__URI", "value": "x"}
        self.in_web(
            program.variables,
            lambda it: containers(it)[0]["env"].append(variable),
            "is no setting",
            KNOWS,
        )

    def test_a_role_that_is_another_one(self):
        def args(it):
            return containers(it)[0]["args"]

        self.in_web(program.roles, lambda it: args(it).__setitem__(2, "collect"), "runs", KNOWS)
        more = program.Program(KNOWS.roles | {"print"}, KNOWS.variables, KNOWS.paths)
        self.assertTrue(program.roles(built("dev/licensetool"), more))

        def as_owner(it):
            for variable in containers(it)[0]["env"]:
                if variable["name"] == "LICENSETOOL_STORE__URL":
                    variable["value"] = "postgres://licensetool@database"

        self.in_web(program.roles, as_owner, "and not as licensetool_web", KNOWS)

    def test_a_probe_that_asks_elsewhere(self):
        def probe(it):
            return containers(it)[0]["livenessProbe"]["httpGet"]

        self.in_web(program.probes, lambda it: probe(it).update(path="/livez"), "/livez", KNOWS)
        self.in_web(program.probes, lambda it: probe(it).update(port="web"), "the port", KNOWS)
        self.in_web(program.probes, lambda it: probe(it).update(port="pages"), "the port", KNOWS)

    def test_ready_without_its_pages(self):
        def ready(it):
            return containers(it)[0]["readinessProbe"]["httpGet"]

        for name, which in (("dev", "web"), ("prod", "web"), ("all-in-one", "all-in-one")):
            self.check(
                program.probes,
                f"{name}/licensetool",
                "Deployment",
                which,
                lambda it: ready(it).update(port="metrics"),
                "readinessProbe asks the port metrics",
                KNOWS,
            )

    def test_nowhere_to_spill_or_too_much_of_it(self):
        def volume(it):
            return next(v for v in pod(it)["volumes"] if v["name"] == "temporary")

        def mounts(it):
            return containers(it)[0]["volumeMounts"]

        def away(it):
            mounts(it)[:] = [m for m in mounts(it) if m["mountPath"] != "/tmp"]

        for plant, words in (
            (away, "nowhere to spill"),
            (lambda it: volume(it)["emptyDir"].clear(), "no limit"),
        ):
            self.check(
                program.temporary,
                "all-in-one/licensetool",
                "Deployment",
                "all-in-one",
                plant,
                words,
            )
        self.in_web(
            program.temporary,
            lambda it: mounts(it).append({"name": "settings", "mountPath": "/tmp"}),
            "does not need",
        )

    def test_a_secret_that_a_service_does_not_need(self):
        def volume(it, name):
            return next(v for v in pod(it)["volumes"] if v["name"] == name)["secret"]

        key = {"key": "database-owner", "path": "owner"}
        self.in_web(
            program.mounts,
            lambda it: volume(it, "secrets")["items"].append(key),
            "the key database-owner",
        )
        self.in_web(program.mounts, lambda it: volume(it, "secrets").pop("items"), "all keys")
        self.in_web(
            program.mounts,
            lambda it: volume(it, "profiles-auth").update(
                secretName="licensetool-profiles-tenants"
            ),
            "is not licensetool-profiles-auth",
        )
        self.in_web(
            program.mounts, lambda it: volume(it, "secrets").update(defaultMode=0o644), "0440"
        )

    def test_another_host_in_the_settings(self):
        self.check(
            program.address,
            "dev/licensetool",
            "Ingress",
            "licensetool",
            lambda it: it["spec"]["rules"][0].update(host="other.local"),
            "several hosts",
        )

    def test_an_order_that_waits_for_ever_or_not_at_all(self):
        def notes(it):
            return it["metadata"]["annotations"]

        wave = "argocd.argoproj.io/sync-wave"
        self.in_web(delivery.waves, lambda it: notes(it).update({wave: "0"}), "do not wait")
        self.check(
            delivery.waves,
            "dev/licensetool",
            "Job",
            "migrate",
            lambda it: it["spec"].update(ttlSecondsAfterFinished=60),
            "goes by itself",
        )
        self.check(
            delivery.order,
            "dev/applications",
            "Application",
            "database",
            lambda it: notes(it).update({wave: "3"}),
            "the waves",
        )

    def test_an_application_that_may_do_everything(self):
        for plant, words in (
            (lambda it: it["spec"].update(project="default"), "allows everything"),
            (lambda it: it["spec"]["syncPolicy"].pop("retry"), "try again"),
            (lambda it: it["spec"]["source"].update(repoURL="elsewhere"), "several addresses"),
            (lambda it: it["spec"]["syncPolicy"]["automated"].pop("prune"), "heal"),
        ):
            self.check(
                delivery.applications,
                "dev/applications",
                "Application",
                "licensetool",
                plant,
                words,
            )

    def test_a_kind_that_the_project_does_not_allow(self):
        applications, makes = built("dev/applications"), built("dev/licensetool")
        sound = delivery.allowed(applications, applications, "licensetool", makes)
        self.assertEqual(sound, [])
        makes.documents.append(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "admin"},
            }
        )
        found = delivery.allowed(applications, applications, "licensetool", makes)
        self.assertIn("does not allow ClusterRole", found[0])

    def test_a_misspelt_member_and_a_kind_that_nobody_described(self):
        self.check(
            schemas.custom,
            "dev/applications",
            "Application",
            "database",
            lambda it: it["spec"]["syncPolicy"]["automated"].update(selfheal=True),
            "selfheal",
        )
        strange = Built("x", [{"apiVersion": "x.y/v1", "kind": "Z", "metadata": {"name": "z"}}])
        self.assertTrue(schemas.known(strange))

    def test_a_sealed_secret_that_was_moved(self):
        def at(namespace):
            return {"name": "licensetool-database", "namespace": namespace}

        def moved(meant, to):
            spec = {"encryptedData": {}, "template": {"metadata": meant}}
            return Built("x", [{"kind": "SealedSecret", "metadata": at(to), "spec": spec}])

        for namespace in ("licensetool", "licensetool-database"):
            self.assertEqual(delivery.sealed(moved(at(namespace), namespace)), [])
        for meant, to in (
            (at("licensetool"), "licensetool-database"),
            (at("licensetool-database"), "licensetool"),
            ({"name": "licensetool-database"}, "licensetool-database"),
        ):
            self.assertIn("no controller", delivery.sealed(moved(meant, to))[0])

    def test_a_secret_for_argo_cd_that_opens_something_else(self):
        def held(name):
            return Built("x", [{"kind": "SealedSecret", "metadata": {"name": name}}])

        self.assertEqual(delivery.way_in(held("licensetool-repository")), [])
        self.assertIn("another", delivery.way_in(held("another-cluster"))[0])

    def test_a_secret_in_plain_words(self):
        secret = {
            "apiVersion": "bitnami.com/v1alpha1",
            "kind": "SealedSecret",
            "metadata": {"name": "licensetool-env"},
            "spec": {
                "encryptedData": {"session": "not sealed"},
                "template": {"metadata": {"name": "licensetool-env", "namespace": "licensetool"}},
            },
        }
        self.assertIn("session", schemas.custom(Built("x", [secret]))[0])


if __name__ == "__main__":
    unittest.main()
