"""The manifests against what a pod may be and whom it may reach."""

import re

from manifests import Built, component, containers, labels, named, pod, selects

DIGEST = re.compile(r"[^@:]+(:[0-9]+/[^@:]+)?@sha256:[0-9a-f]{64}")
# What an image has that nobody has built yet; scripts/set-digest takes its place.
PLACEHOLDER = "sha256:" + 64 * "0"
# Whom each may ask, by the names of the policies. `database` says where the database is.
MAY_ASK = {
    "web": {"dns", "microsoft", "database"},
    "collect": {"dns", "microsoft", "database"},
    "evaluate": {"dns", "database"},
    "deliver": {"dns", "microsoft", "database", "webhooks"},
    "all-in-one": {"dns", "microsoft", "webhooks"},
    "migrate": {"dns", "database"},
    "database-roles": {"dns", "database"},
    # The database's own pod asks nobody.
    None: set(),
}
# Optional policies, and whose they are.
OPTIONAL = {"mail": {"deliver", "all-in-one"}}
PORTS_OUTSIDE = {443, 465, 587}


def images(built: Built) -> list[str]:
    found = []
    for workload in built.workloads():
        for container in containers(workload):
            image = container["image"]
            if not DIGEST.fullmatch(image):
                found.append(f"{named(workload)}: {image} is not pinned by its digest alone")
            if PLACEHOLDER in image and container["name"] != "licensetool":
                found.append(f"{named(workload)}: {image} is a placeholder")
    return found


def restricted(built: Built) -> list[str]:
    """Pod Security's level restricted, and more: read-only, no token, bounded memory."""
    found = []
    for space in built.of("Namespace"):
        level = space["metadata"]["labels"].get("pod-security.kubernetes.io/enforce")
        if level != "restricted":
            found.append(f"{named(space)} enforces the level {level}")
    for account in built.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            found.append(f"{named(account)}: its pods get a token")
    for workload in built.workloads():
        found += [f"{named(workload)}: {it}" for it in pod_problems(workload)]
    return found


def pod_problems(workload: dict) -> list[str]:
    found = []
    spec = pod(workload)
    security = spec.get("securityContext", {})
    if spec.get("automountServiceAccountToken") is not False:
        found.append("it gets a token")
    if any(spec.get(it) for it in ("hostNetwork", "hostPID", "hostIPC")):
        found.append("it shares something with its node")
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        found.append("it may run as root")
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        found.append("it has no seccomp profile")
    if any("hostPath" in it for it in spec.get("volumes", [])):
        found.append("it mounts a folder of its node")
    for container in containers(workload):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False:
            found.append("it may gain privileges")
        if own.get("readOnlyRootFilesystem") is not True:
            found.append("its image can be written")
        if own.get("capabilities") != {"drop": ["ALL"]}:
            found.append("it has capabilities")
        if own.get("privileged"):
            found.append("it is privileged")
        sizes = container.get("resources", {})
        for size in ("cpu", "memory"):
            if size not in sizes.get("requests", {}):
                found.append(f"it requests no {size}")
        if "memory" not in sizes.get("limits", {}):
            found.append("its memory has no limit")
    return found


def program_user(built: Built) -> list[str]:
    """The image has one user, and what is mounted belongs to its group."""
    found = []
    for workload in built.workloads():
        if not any(it["name"] == "licensetool" for it in containers(workload)):
            continue
        security = pod(workload)["securityContext"]
        for name in ("runAsUser", "runAsGroup", "fsGroup"):
            if security.get(name) != 65532:
                found.append(f"{named(workload)}: {name} is {security.get(name)}, not 65532")
    return found


def policies(built: Built) -> list[str]:
    """Nobody reaches anybody, but for the ways that MAY_ASK lists."""
    found = []
    everywhere = built.one("NetworkPolicy", "default-deny")
    if not everywhere or everywhere["spec"] != {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }:
        found.append("there is no policy default-deny for all pods and both ways")
    for workload in built.workloads():
        called = component(workload)
        if called not in MAY_ASK:
            found.append(f"{named(workload)}: nobody has said whom it may ask")
            continue
        may = set()
        for policy in built.of("NetworkPolicy"):
            way_out = policy["spec"].get("egress")
            if way_out and selects(policy["spec"]["podSelector"], labels(workload)):
                may.add(policy["metadata"]["name"])
        may -= {name for name, whose in OPTIONAL.items() if called in whose}
        if may != MAY_ASK[called]:
            found.append(
                f"{named(workload)}: policies let it ask {sorted(may)},"
                f" it needs {sorted(MAY_ASK[called])}"
            )
    for policy in built.of("NetworkPolicy"):
        found += [f"{named(policy)}: {it}" for it in wide(policy)]
    return found


def wide(policy: dict) -> list[str]:
    """What in a policy is open to more than it seems."""
    found = []
    for rule in policy["spec"].get("egress", []) + policy["spec"].get("ingress", []):
        peers = rule.get("to", rule.get("from"))
        if not peers or not rule.get("ports"):
            found.append("a rule without peers or without ports lets everything through")
            continue
        for peer in peers:
            block = peer.get("ipBlock")
            if not block:
                continue
            numbers = {it["port"] for it in rule["ports"]}
            if block["cidr"] in ("0.0.0.0/0", "::/0"):
                if not numbers <= PORTS_OUTSIDE:
                    found.append(f"the whole internet by {sorted(numbers)}")
                if not block.get("except"):
                    found.append("the internet, and private networks with it")
    return found


def steady(built: Built) -> list[str]:
    """Pages are served while something is replaced, and a node can be emptied."""
    found = []
    web = built.one("Deployment", "web")
    if web:
        scaled = built.one("HorizontalPodAutoscaler", "web")
        least = scaled["spec"]["minReplicas"] if scaled else web["spec"].get("replicas")
        if least != 3:
            found.append(f"there are {least} replicas of web, and not 3")
        if scaled and "replicas" in web["spec"]:
            found.append("web has a number of replicas beside its autoscaler's")
        if web["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] != 0:
            found.append("a replica of web goes before its successor is there")
    for deployment in built.of("Deployment"):
        if component(deployment) == "all-in-one":
            continue
        name = deployment["metadata"]["name"]
        budget = built.one("PodDisruptionBudget", name)
        if not budget or not selects(budget["spec"]["selector"], labels(deployment)):
            found.append(f"{named(deployment)} has no PodDisruptionBudget")
    return found
