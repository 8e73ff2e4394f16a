"""What clusters get from Git, as the rules ask for it."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

# The one in C takes a tenth of the time, where it was built.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORKLOADS = ("Deployment", "StatefulSet", "Job")


@dataclass
class Built:
    """What one folder builds into one cluster."""

    name: str
    documents: list[dict] = field(default_factory=list)

    @staticmethod
    def read(file: Path, name: str) -> "Built":
        with file.open(encoding="utf-8") as text:
            return Built(name, [it for it in yaml.load_all(text, Loader=LOADER) if it])

    def of(self, *kinds: str) -> list[dict]:
        return [it for it in self.documents if it["kind"] in kinds]

    def one(self, kind: str, name: str) -> dict | None:
        found = (it for it in self.of(kind) if it["metadata"]["name"] == name)
        return next(found, None)

    def workloads(self) -> list[dict]:
        return self.of(*WORKLOADS)


def named(document: dict) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def pod(workload: dict) -> dict:
    return workload["spec"]["template"]["spec"]


def labels(workload: dict) -> dict[str, str]:
    return workload["spec"]["template"]["metadata"]["labels"]


def containers(workload: dict) -> list[dict]:
    return pod(workload).get("initContainers", []) + pod(workload)["containers"]


def component(workload: dict) -> str | None:
    return labels(workload).get("app.kubernetes.io/component")


def environment(container: dict) -> dict[str, str | None]:
    return {it["name"]: it.get("value") for it in container.get("env", [])}


def wave(document: dict) -> int:
    notes = document["metadata"].get("annotations", {})
    return int(notes.get("argocd.argoproj.io/sync-wave", "0"))


def selects(selector: dict, of: dict[str, str]) -> bool:
    """Whether a selector of Kubernetes takes these labels."""
    for name, value in selector.get("matchLabels", {}).items():
        if of.get(name) != value:
            return False
    for it in selector.get("matchExpressions", []):
        if it["operator"] != "In":
            raise ValueError(f"the operator {it['operator']} is not known here")
        if of.get(it["key"]) not in it["values"]:
            return False
    return True
