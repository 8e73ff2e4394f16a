"""The manifests against how Argo CD delivers them."""

from manifests import Built, component, containers, named, pod, wave

HERE = "https://kubernetes.default.svc"
RETRY = {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}}
# Kinds that belong to no namespace.
CLUSTER_WIDE = {"Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"}


def applications(built: Built) -> list[str]:
    found = []
    addresses = set()
    for app in built.of("Application"):
        spec = app["spec"]
        policy = spec.get("syncPolicy", {})
        if spec["project"] in ("", "default"):
            found.append(f"{named(app)} belongs to the project that allows everything")
        if policy.get("automated") != {"prune": True, "selfHeal": True}:
            found.append(f"{named(app)} does not heal and prune by itself")
        if policy.get("retry") != RETRY:
            found.append(f"{named(app)} does not try again as the others do")
        for option in ("ServerSideApply=true", "RespectIgnoreDifferences=true"):
            if option not in policy.get("syncOptions", []):
                found.append(f"{named(app)} lacks {option}")
        if spec["destination"]["server"] != HERE:
            found.append(f"{named(app)} goes to another cluster")
        source = spec["source"]
        if "chart" in source:
            if not all(it.isdigit() for it in source["targetRevision"].split(".")):
                found.append(f"{named(app)}: its chart is not pinned to a version")
        else:
            addresses.add(source["repoURL"])
        if "placeholder" in (source["repoURL"], source.get("path"), source["targetRevision"]):
            found.append(f"{named(app)}: no overlay says where it comes from")
    if len(addresses) > 1:
        found.append(f"the repository has several addresses: {sorted(addresses)}")
    return found


def root(built: Built) -> list[str]:
    ignored = {
        "group": "argoproj.io",
        "kind": "Application",
        "jsonPointers": ["/spec/syncPolicy/automated", "/operation"],
    }
    app = built.one("Application", "root")
    if not app or app["spec"].get("ignoreDifferences") != [ignored]:
        return ["the root application does not leave its children's operations alone"]
    return []


def order(built: Built) -> list[str]:
    """Applications wait for those that they need."""
    waves = {it["metadata"]["name"]: wave(it) for it in built.of("Application")}
    names = [it for it in ("argocd", "sealed-secrets", "database", "licensetool") if it in waves]
    if sorted(names, key=waves.get) != names or len({waves[it] for it in names}) != len(names):
        return [f"the waves do not wait in the order {names}: {waves}"]
    if any(wave(it) >= min(waves.values()) for it in built.of("AppProject")):
        return ["a project comes after its applications"]
    return []


def allowed(built: Built, projects: Built, app: str, makes: Built) -> list[str]:
    """The application's project allows all that it makes, and where."""
    application = built.one("Application", app)
    project = projects.one("AppProject", application["spec"]["project"])
    if not project:
        return [f"{app} has no project"]
    spec = project["spec"]
    found = []
    spaces = {it["namespace"] for it in spec["destinations"] if it["server"] == HERE}
    if "*" in "".join(spaces) or any("*" in it for it in spec["sourceRepos"]):
        found.append(f"the project {project['metadata']['name']} allows all places or sources")
    if application["spec"]["source"]["repoURL"] not in spec["sourceRepos"]:
        found.append(f"the project of {app} does not allow its source")
    for document in makes.documents:
        kind = document["kind"]
        version = document["apiVersion"]
        group = version.split("/")[0] if "/" in version else ""
        place = "cluster" if kind in CLUSTER_WIDE else "namespace"
        listed = spec[f"{place}ResourceWhitelist"]
        if {"group": group, "kind": kind} not in listed:
            found.append(f"the project of {app} does not allow {kind} of {group or 'core'}")
        space = document["metadata"].get("namespace")
        if place == "namespace" and space not in spaces:
            found.append(f"{named(document)} of {app} goes to {space}, which is not allowed")
        if kind == "Namespace" and document["metadata"]["name"] not in spaces:
            found.append(f"{named(document)} of {app} is not allowed")
    return found


def waves(built: Built) -> list[str]:
    """What is mounted, the schema, the roles, the services, the Ingress: each waits."""
    found = []
    jobs = {it["metadata"]["name"]: wave(it) for it in built.of("Job")}
    services = [wave(it) for it in built.of("Deployment", "StatefulSet")]
    if jobs and not jobs["migrate"] < jobs["database-roles"] < min(services):
        found.append(f"services do not wait for the jobs: {jobs}, {services}")
    last = max(services, default=0)
    for document in built.documents:
        early = document["kind"] in ("ConfigMap", "SealedSecret", "ServiceAccount", "Namespace")
        early = early or document["kind"] == "NetworkPolicy"
        if early and wave(document) != 0:
            found.append(f"{named(document)} comes after those that need it")
        if document["kind"] == "Ingress" and wave(document) <= last:
            found.append(f"{named(document)}: services wait for its address")
        # Many storage classes bind a claim when a pod wants it.
        if document["kind"] == "PersistentVolumeClaim" and wave(document) not in services:
            found.append(f"{named(document)} does not come with its pod, which it would wait for")
    for job in built.of("Job"):
        options = job["metadata"]["annotations"].get("argocd.argoproj.io/sync-options", "")
        if set(options.split(",")) != {"Force=true", "Replace=true"}:
            found.append(f"{named(job)} cannot be replaced by a newer one")
        if "ttlSecondsAfterFinished" in job["spec"]:
            found.append(f"{named(job)} goes by itself, and self-heal would begin it anew for ever")
    return found


def sealed(built: Built) -> list[str]:
    """What was sealed for one place opens there alone, and kustomize can move it without a word."""
    found = []
    for secret in built.of("SealedSecret"):
        here = secret["metadata"]
        # What the controller makes of it says a second time where it belongs.
        meant = secret["spec"].get("template", {}).get("metadata", {})
        for member in ("name", "namespace"):
            if here.get(member) != meant.get(member):
                found.append(
                    f"{named(secret)} lies in the {member} {here.get(member)} and was sealed for"
                    f" {meant.get(member)}: no controller can open it there"
                )
    return found


def way_in(built: Built) -> list[str]:
    """Argo CD's own namespace gets one secret from Git: by others it could be given clusters."""
    others = [it for it in built.of("SealedSecret")
              if it["metadata"]["name"] != "licensetool-repository"]
    return [f"{named(it)} is not the way into the repository" for it in others]


def settled(built: Built) -> list[str]:
    """A changed setting replaces pods: its ConfigMap has another name then."""
    found = []
    made = {it["metadata"]["name"] for it in built.of("ConfigMap")}
    for workload in built.workloads():
        for volume in pod(workload).get("volumes", []):
            name = volume.get("configMap", {}).get("name")
            if name and (name not in made or not name.rsplit("-", 1)[1].isalnum()):
                found.append(f"{named(workload)} mounts {name}, which nothing here makes")
        if component(workload) and not containers(workload):
            found.append(f"{named(workload)} has no container")
    return found
