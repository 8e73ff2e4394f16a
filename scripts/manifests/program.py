"""The manifests against the program: its roles, settings, addresses, and what each role needs."""

import re
import tomllib
from dataclasses import dataclass
from urllib.parse import urlsplit

from manifests import Built, component, containers, environment, labels, named, pod, selects

# What each process finds in its home folder, besides the settings: docs/postgresql.md.
SECRETS = "licensetool-env"
NEEDS = {
    "web": {
        "config-profiles/auth": "licensetool-profiles-auth",
        "config-profiles/sharepoint": "licensetool-profiles-sharepoint",
    },
    "collect": {
        "config-profiles/tenants": "licensetool-profiles-tenants",
        "certs/infos": "licensetool-cert-infos",
    },
    "evaluate": {"config-profiles/sharepoint": "licensetool-profiles-sharepoint"},
    "deliver": {"config-profiles/sharepoint": "licensetool-profiles-sharepoint"},
    "migrate": {},
}
NEEDS["all-in-one"] = NEEDS["web"] | NEEDS["collect"]
# Which keys of licensetool-env each may see, by the file that it becomes.
KEYS = {
    "web": {"session": "session", "database": "database-web"},
    "collect": {"database": "database-collect"},
    "evaluate": {"database": "database-evaluate"},
    "deliver": {"database": "database-deliver"},
    "migrate": {"database": "database-owner"},
    "all-in-one": {"session": "session"},
}
DATABASE_CA = "database-ca.pem"
# Who signs in to the database, and from which component.
DATABASE_ROLES = {
    "web": "licensetool_web",
    "collect": "licensetool_collect",
    "evaluate": "licensetool_evaluate",
    "deliver": "licensetool_deliver",
    "migrate": "licensetool",
}
# Read by the program and not a setting.
OTHER_VARIABLES = {"LICENSETOOL_HOME"}
# `licensetool seal` mounts these, one for each tenant and service, as the home folder has them.
SEALED_CERTIFICATE = re.compile(r"certs/(?P<key>[a-z0-9-]{1,40})")


@dataclass
class Program:
    """What the program says of itself."""

    roles: set[str]
    variables: set[str]
    paths: set[str]

    @staticmethod
    def read(help_text: str, configuration: str, openapi: dict) -> "Program":
        listed = re.search(r"--role <ROLE>.*?Possible values:\n(.*?)\n\n", help_text, re.DOTALL)
        roles = re.findall(r"^\s+- ([a-z-]+):", listed.group(1), re.MULTILINE) if listed else []
        variables = re.findall(r"`(LICENSETOOL_[A-Z_]+)`", configuration)
        return Program(set(roles), set(variables) | OTHER_VARIABLES, set(openapi["paths"]))


def ours(built: Built) -> list[tuple[dict, dict]]:
    """Every workload that runs the program, with its container."""
    found = []
    for workload in built.workloads():
        found += [(workload, it) for it in containers(workload) if it["name"] == "licensetool"]
    return found


def variables(built: Built, program: Program) -> list[str]:
    found = []
    for workload, container in ours(built):
        for name in environment(container):
            if name not in program.variables:
                found.append(f"{named(workload)}: {name} is no setting of the program")
    return found


def roles(built: Built, program: Program) -> list[str]:
    found = []
    split = set()
    for workload, container in ours(built):
        called = component(workload)
        if called != workload["metadata"]["name"]:
            found.append(f"{named(workload)}: its label component is {called}")
        args = container.get("args", [])
        wanted = ["run", "--role", called]
        if called == "migrate":
            wanted = ["migrate"]
        if called == "all-in-one":
            wanted = ["run"]
        if args != wanted:
            found.append(f"{named(workload)}: runs {args} and not {wanted}")
        if args[:2] == ["run", "--role"]:
            split.add(args[2])
        asks = environment(container).get("LICENSETOOL_STORE__URL") or ""
        role = DATABASE_ROLES.get(called)
        if role and not asks.startswith(f"postgres://{role}@"):
            found.append(f"{named(workload)}: asks the database as {asks}, and not as {role}")
        if asks.endswith("@database"):
            found.append(f"{named(workload)}: no overlay says where the database is")
    if split and split != program.roles:
        found.append(f"there are Deployments of {sorted(split)}, roles are {sorted(program.roles)}")
    return found


def probes(built: Built, program: Program) -> list[str]:
    found = []
    for workload, container in ours(built):
        if workload["kind"] == "Job":
            continue
        ports = {it["name"] for it in container.get("ports", [])}
        for probe, path in (
            ("startupProbe", "/healthz"),
            ("livenessProbe", "/healthz"),
            ("readinessProbe", "/readyz"),
        ):
            asks = container.get(probe, {}).get("httpGet", {})
            if asks.get("path") != path:
                found.append(f"{named(workload)}: {probe} asks {asks.get('path')}, not {path}")
            elif path not in program.paths:
                found.append(f"{named(workload)}: {probe}: the program has no {path}")
            # Ready is who can serve people; alive is asked where nobody else does.
            pages = probe == "readinessProbe" and "pages" in ports
            port = "pages" if pages else "metrics"
            if asks.get("port") != port or port not in ports:
                found.append(f"{named(workload)}: {probe} asks the port {asks.get('port')}")
        for name, variable in (
            ("metrics", "LICENSETOOL_METRICS_LISTEN"),
            ("pages", "LICENSETOOL_LISTEN"),
        ):
            listens = environment(container).get(variable) or ""
            number = {it["name"]: it["containerPort"] for it in container["ports"]}.get(name)
            if number and not listens.endswith(f":{number}"):
                found.append(f"{named(workload)}: {variable} is {listens}, {name} is {number}")
    return found


def mounts(built: Built) -> list[str]:
    """Each finds what it needs, where the program looks, and nothing else."""
    found = []
    for workload, container in ours(built):
        called = component(workload)
        if called not in NEEDS:
            found.append(f"{named(workload)}: nobody has said what it needs")
            continue
        volumes = {it["name"]: it for it in pod(workload).get("volumes", [])}
        seen = {}
        for mount in container.get("volumeMounts", []):
            secret = volumes.get(mount["name"], {}).get("secret")
            if secret:
                seen[mount["mountPath"].removeprefix("/app/")] = secret
                if not mount.get("readOnly"):
                    found.append(f"{named(workload)}: {mount['mountPath']} can be written")
                if secret.get("defaultMode") != 0o440:
                    found.append(f"{named(workload)}: {mount['mountPath']} has not the mode 0440")
        found += [f"{named(workload)}: {it}" for it in secrets_of(called, seen)]
    return found


def temporary(built: Built) -> list[str]:
    """SQLite spills into /tmp, as the image itself cannot be written; nobody else needs it."""
    found = []
    for workload, container in ours(built):
        volumes = {it["name"]: it for it in pod(workload).get("volumes", [])}
        at = [it for it in container.get("volumeMounts", []) if it["mountPath"] == "/tmp"]
        if component(workload) != "all-in-one":
            found += [f"{named(workload)} has /tmp, which it does not need" for _ in at]
        elif not at or at[0].get("readOnly"):
            found.append(f"{named(workload)}: SQLite has nowhere to spill, /tmp is missing")
        elif "sizeLimit" not in volumes[at[0]["name"]].get("emptyDir", {}):
            found.append(f"{named(workload)}: /tmp has no limit of its size")
    return found


def secrets_of(called: str, seen: dict[str, dict]) -> list[str]:
    found = []
    env = seen.pop("secrets", {})
    if env.get("secretName") != SECRETS:
        found.append(f"/app/secrets is not {SECRETS}")
    keys = {it["path"]: it["key"] for it in env.get("items", [])}
    if "database" in KEYS[called] and keys.pop(DATABASE_CA, None) != DATABASE_CA:
        found.append(f"secrets/{DATABASE_CA} is missing")
    for path, key in KEYS[called].items():
        if keys.pop(path, None) != key:
            found.append(f"secrets/{path} is not the key {key}")
    # The files of its channels, and of sign-in, are the company's own.
    own = {"deliver": True, "web": True, "all-in-one": True}.get(called, False)
    for path, key in keys.items():
        foreign = key.startswith("database-") or (key == "session" and called == "deliver")
        if not own or foreign:
            found.append(f"it sees the key {key} as secrets/{path}, which it does not need")
    if not env.get("items"):
        found.append("it sees all keys of licensetool-env")
    for path, secret in NEEDS[called].items():
        if seen.pop(path, {}).get("secretName") != secret:
            found.append(f"/app/{path} is not {secret}")
    for path, secret in seen.items():
        certificate = SEALED_CERTIFICATE.fullmatch(path)
        wanted = f"licensetool-cert-{certificate['key']}" if certificate else None
        if called in ("evaluate", "migrate") or secret.get("secretName") != wanted:
            found.append(f"/app/{path} is {secret.get('secretName')}, which it does not need")
    return found


def address(built: Built) -> list[str]:
    """People come by one name: the Ingress, its certificate and the settings say the same."""
    found = []
    ingress = built.one("Ingress", "licensetool")
    config = [it for it in built.of("ConfigMap") if "licensetool.toml" in it.get("data", {})]
    if not ingress or not config:
        return ["there is no Ingress or no ConfigMap with licensetool.toml"]
    hosts = {it["host"] for it in ingress["spec"]["rules"]}
    hosts |= {host for it in ingress["spec"]["tls"] for host in it["hosts"]}
    settings = tomllib.loads(config[0]["data"]["licensetool.toml"])
    hosts.add(urlsplit(settings.get("public_url", "")).hostname)
    if len(hosts) != 1:
        found.append(f"the Ingress and public_url name several hosts: {sorted(map(str, hosts))}")
    if settings.get("auth") != "entra":
        found.append('auth is not "entra": nothing but sign-in may listen beyond the pod')
    if {it["secretName"] for it in ingress["spec"]["tls"]} != {"licensetool-tls"}:
        found.append("the Ingress does not take its certificate from licensetool-tls")
    service = built.one("Service", "licensetool")
    taken = [it for it in built.of("Deployment") if selects_pods(service, it)]
    if len(taken) != 1:
        found.append(f"the Service takes {[named(it) for it in taken]}, not one Deployment")
    port = service["spec"]["ports"][0]
    if (port["port"], port["targetPort"]) != (80, "pages"):
        found.append(f"the Service leads from {port['port']} to {port['targetPort']}")
    return found


def selects_pods(service: dict, workload: dict) -> bool:
    return selects({"matchLabels": service["spec"]["selector"]}, labels(workload))
