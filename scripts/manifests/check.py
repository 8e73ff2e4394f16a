"""Holds what was built to the rules: check.py FOLDER HELP, FOLDER as scripts/render fills it, HELP
what `licensetool run --help` says. Prints every finding."""

import json
import sys
from pathlib import Path

import delivery
import hardening
import program
import schemas
from manifests import Built

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS = ("dev", "prod")
# What each overlay of the program is held to, beside its clusters.
OF_ALL = (
    hardening.images,
    hardening.restricted,
    hardening.policies,
    delivery.waves,
    delivery.settled,
    delivery.sealed,
    schemas.custom,
    schemas.known,
)
OF_THE_PROGRAM = (
    hardening.program_user,
    hardening.steady,
    program.mounts,
    program.temporary,
    program.address,
)
WITH_THE_PROGRAM = (program.variables, program.roles, program.probes)
OF_DELIVERY = (delivery.applications, delivery.sealed, schemas.custom, schemas.known)


def told(built: Built, findings: list[str]) -> list[str]:
    return [f"{built.name}: {it}" for it in findings]


def read(folder: Path, name: str) -> Built:
    return Built.read(folder / f"{name}.yaml", name)


def program_findings(built: Built, knows: program.Program) -> list[str]:
    found = []
    for rule in OF_ALL + OF_THE_PROGRAM:
        found += told(built, rule(built))
    for rule in WITH_THE_PROGRAM:
        found += told(built, rule(built, knows))
    return found


def cluster_findings(folder: Path, cluster: str) -> list[str]:
    roots = read(folder, f"{cluster}/root-app")
    applications = read(folder, f"{cluster}/applications")
    found = []
    for built in (roots, applications):
        for rule in OF_DELIVERY:
            found += told(built, rule(built))
    found += told(roots, delivery.root(roots))
    found += told(applications, delivery.order(applications))
    found += told(applications, delivery.way_in(applications))
    found += told(roots, delivery.allowed(roots, roots, "root", applications))
    for app in ("database", "licensetool"):
        if applications.one("Application", app):
            makes = read(folder, f"{cluster}/{app}")
            findings = delivery.allowed(applications, applications, app, makes)
            found += told(applications, findings)
    own = read(folder, "stand-in/argocd")
    found += told(applications, delivery.allowed(applications, applications, "argocd", own))
    return found


def argocd_findings(built: Built) -> list[str]:
    """What is ours of Argo CD has found its place."""
    found = []
    server = built.one("Deployment", "argocd-repo-server")
    spec = server["spec"]
    container = spec["template"]["spec"]["containers"][0]
    first = spec["template"]["spec"]["initContainers"][0]
    if spec["replicas"] != 2 or not built.one("PodDisruptionBudget", "argocd-repo-server"):
        found.append("there are not always two repo servers")
    if container["resources"]["limits"]["memory"] != "1Gi":
        found.append("a repo server has not 1 GiB")
    if " -sf " not in first["args"][0]:
        found.append("the init container of the repo server cannot be repeated")
    settings = built.one("ConfigMap", "argocd-cm")["data"]
    if "resource.customizations.health.argoproj.io_Application" not in settings:
        found.append("waves between Applications wait for nothing")
    if not built.one("Namespace", "argocd"):
        found.append("there is no namespace argocd")
    return told(built, found)


def documented() -> list[str]:
    """The patch that the operators' page shows is the one that is tried."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    tried = ROOT / "scripts/manifests/optional/kustomization.yaml"
    shown = [it for it in page.split("```yaml\n")[1:] if it.startswith("patches:")]
    blocks = [it.split("```")[0] for it in shown]
    if not blocks or any(it not in tried.read_text(encoding="utf-8") for it in blocks):
        return [f"docs/operations.md shows a patch that {tried.relative_to(ROOT)} does not try"]
    return []


def main() -> int:
    folder, help_text = Path(sys.argv[1]), sys.argv[2]
    docs = ROOT / "docs"
    knows = program.Program.read(
        help_text,
        (docs / "configuration.md").read_text(encoding="utf-8"),
        json.loads((docs / "openapi.json").read_text(encoding="utf-8")),
    )
    found = documented()
    overlays = [f"{it}/licensetool" for it in (*CLUSTERS, "all-in-one", "optional")]
    for name in overlays:
        found += program_findings(read(folder, name), knows)
    database = read(folder, "dev/database")
    for rule in OF_ALL:
        found += told(database, rule(database))
    for cluster in CLUSTERS:
        found += cluster_findings(folder, cluster)
    found += argocd_findings(read(folder, "stand-in/argocd"))
    waiting = []
    for name in overlays[:-1]:
        built = read(folder, name)
        if any(hardening.PLACEHOLDER in json.dumps(it) for it in built.workloads()):
            waiting.append(name.split("/", 1)[0])
    if waiting:
        print(f"no image was set yet for {', '.join(waiting)}: the pipeline does it")
    for finding in found:
        print(finding, file=sys.stderr)
    count = sum(len(read(folder, it).documents) for it in overlays)
    print(f"{count} resources of {len(overlays)} overlays, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
