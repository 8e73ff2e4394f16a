"""What of other people's definitions we use, written down by ourselves: a misspelt member of a
custom resource is found here and not in the cluster."""

import jsonschema

from manifests import Built, named


def closed(required: list[str], **properties: dict) -> dict:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def listed(items: dict) -> dict:
    return {"type": "array", "items": items}


def mapped(values: dict) -> dict:
    return {"type": "object", "additionalProperties": values}


TEXT = {"type": "string", "minLength": 1}
YES = {"type": "boolean"}
ANY = {"type": "object"}
KIND = closed(["group", "kind"], group={"type": "string"}, kind=TEXT)
PLACE = closed(["server", "namespace"], server=TEXT, namespace=TEXT)
BASE64 = {"type": "string", "pattern": "^[A-Za-z0-9+/]{700,}={0,2}$"}

APPLICATION = closed(
    ["project", "source", "destination", "syncPolicy"],
    project=TEXT,
    source=closed(
        ["repoURL", "targetRevision"],
        repoURL=TEXT,
        targetRevision=TEXT,
        path=TEXT,
        chart=TEXT,
        helm=closed(["releaseName", "valuesObject"], releaseName=TEXT, valuesObject=ANY),
    ),
    destination=PLACE,
    syncPolicy=closed(
        ["automated", "retry", "syncOptions"],
        automated=closed(["prune", "selfHeal"], prune=YES, selfHeal=YES),
        retry=closed(
            ["limit", "backoff"],
            limit={"type": "integer"},
            backoff=closed(
                ["duration", "factor", "maxDuration"],
                duration=TEXT,
                factor={"type": "integer"},
                maxDuration=TEXT,
            ),
        ),
        syncOptions=listed({"type": "string", "pattern": "^[A-Za-z]+=(true|false)$"}),
    ),
    ignoreDifferences=listed(
        closed(["group", "kind", "jsonPointers"], group=TEXT, kind=TEXT, jsonPointers=listed(TEXT))
    ),
)
PROJECT = closed(
    ["sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist"],
    description=TEXT,
    sourceRepos=listed(TEXT),
    destinations=listed(PLACE),
    clusterResourceWhitelist=listed(KIND),
    namespaceResourceWhitelist=listed(KIND),
    orphanedResources=closed([], warn=YES),
)
SEALED_SECRET = closed(
    ["encryptedData", "template"],
    encryptedData=mapped(BASE64),
    template=closed(
        ["metadata"],
        metadata=closed(
            ["name", "namespace"],
            name=TEXT,
            namespace=TEXT,
            labels=mapped(TEXT),
            annotations=mapped(TEXT),
            creationTimestamp={"type": "null"},
        ),
        type=TEXT,
        immutable=YES,
    ),
)
SERVICE_MONITOR = closed(
    ["selector", "endpoints"],
    jobLabel=TEXT,
    selector=closed(["matchLabels"], matchLabels=mapped(TEXT)),
    endpoints=listed(closed(["port", "interval"], port=TEXT, interval=TEXT)),
)
PROMETHEUS_RULE = closed(
    ["groups"],
    groups=listed(
        closed(
            ["name", "rules"],
            name=TEXT,
            rules=listed(
                closed(
                    ["alert", "expr", "for", "labels", "annotations"],
                    alert=TEXT,
                    expr=TEXT,
                    labels=mapped(TEXT),
                    annotations=mapped(TEXT),
                    **{"for": TEXT},
                )
            ),
        )
    ),
)
SPECS = {
    ("argoproj.io/v1alpha1", "Application"): APPLICATION,
    ("argoproj.io/v1alpha1", "AppProject"): PROJECT,
    ("bitnami.com/v1alpha1", "SealedSecret"): SEALED_SECRET,
    ("monitoring.coreos.com/v1", "ServiceMonitor"): SERVICE_MONITOR,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PROMETHEUS_RULE,
}


def custom(built: Built) -> list[str]:
    found = []
    for document in built.documents:
        spec = SPECS.get((document["apiVersion"], document["kind"]))
        if not spec:
            continue
        for error in jsonschema.Draft202012Validator(spec).iter_errors(document.get("spec", {})):
            place = ".".join(str(it) for it in error.absolute_path)
            found.append(f"{named(document)}: spec.{place}: {error.message[:200]}")
    return found


def known(built: Built) -> list[str]:
    """A custom resource that is not described here is checked by nobody."""
    own = ("", "apps", "autoscaling", "batch", "policy")
    found = []
    for document in built.documents:
        version = document["apiVersion"]
        group = version.split("/")[0] if "/" in version else ""
        standard = group in own or group.endswith(".k8s.io")
        if not standard and (version, document["kind"]) not in SPECS:
            found.append(f"{named(document)}: describe {version} in scripts/manifests/schemas.py")
    return found
