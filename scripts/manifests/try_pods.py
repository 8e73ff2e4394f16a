"""Starts what the manifests start, without a cluster: try_pods.py BINARY FOLDER. Each pod of the
overlay dev becomes a process that finds in its home folder what the pod mounts and nothing else, with
its arguments and variables; PostgreSQL is a real one, over TLS. Then the probes are asked, and the
order to stop is given. Only addresses, ports and the place of /app differ from the pod's."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from manifests import Built, containers, environment, pod

PATIENCE = 60
STOPS_WITHIN = 10
# No proxy may stand between two ends of one machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# A kubelet asks by the pod's address, and names it as the host; any other than this machine's own
# shows whether the program takes that.
ADDRESS_OF_POD = "10.244.0.7"


def wait(what: str, condition):
    """Until the condition holds; what it says last is told if it never does."""
    end = time.monotonic() + PATIENCE
    while True:
        fine, said = condition()
        if fine:
            return said
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {PATIENCE} s; last: {said}")
        time.sleep(0.1)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


# PostgreSQL refuses to run as root.
AS_POSTGRES = {"user": "postgres"} if os.geteuid() == 0 else {}


def run(command: list, **more) -> str:
    words = [str(it) for it in command]
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=PATIENCE, **more
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


class Database:
    """A server as the overlay dev has it: a password for everybody, TLS by one file."""

    def __init__(self, work: Path, home: Path):
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.data = work / "data"
        self.port = free_port()
        self.password = (home / "database/password").read_text(encoding="utf-8")
        self.data.mkdir()
        self.ca = home / "secrets/database-ca.pem"
        server = work / "server.pem"
        shutil.copy(home / "database/server.pem", server)
        server.chmod(0o600)
        password = work / "password"
        password.write_text(self.password, encoding="utf-8")
        hba = work / "pg_hba.conf"
        overlay = Path(__file__).resolve().parents[2] / "infra/k8s/apps/database/overlays/dev"
        shutil.copy(overlay / "pg_hba.conf", hba)
        if os.geteuid() == 0:
            for it in (self.data, server, password, hba):
                shutil.chown(it, "postgres")
        init = ["--username=licensetool", "--auth=scram-sha-256", f"--pwfile={password}"]
        run([self.bin / "initdb", "--pgdata", self.data, *init], cwd="/", **AS_POSTGRES)
        settings = {
            "port": self.port,
            "listen_addresses": "localhost",
            "unix_socket_directories": self.data,
            "ssl": "on",
            "ssl_cert_file": server,
            "ssl_key_file": server,
            "hba_file": hba,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.log = (work / "postgres.log").open("w", encoding="utf-8")
        self.server = subprocess.Popen(
            [self.bin / "postgres", "-D", self.data, *map(str, options)],
            stdout=self.log,
            stderr=self.log,
            cwd="/",
            **AS_POSTGRES,
        )
        wait("PostgreSQL", self.answers)
        self.psql("postgres", ["--command=CREATE DATABASE licensetool"], host=self.data)

    def psql(self, database: str, more: list, host="localhost", **where) -> str:
        variables = {
            **os.environ,
            "PGPASSWORD": self.password,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.ca),
        }
        at = f"host={host} port={self.port} user=licensetool dbname={database}"
        options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", *more, f"--dbname={at}"]
        return run([self.bin / "psql", *options], env=variables, **where)

    def answers(self):
        try:
            return True, self.psql("postgres", ["--command=SELECT 1"], host=self.data)
        except SystemExit as error:
            return False, str(error)

    def stop(self):
        self.server.send_signal(signal.SIGINT)
        self.server.wait(PATIENCE)


class Secrets:
    """What `licensetool seal` makes of a home folder, by the names of the secrets."""

    def __init__(self, home: Path):
        files = (home / "secrets").iterdir()
        self.of = {"licensetool-env": {it.name: it.read_bytes() for it in files}}
        for folder in ("tenants", "auth", "sharepoint"):
            files = (home / "config-profiles" / folder).iterdir()
            self.of[f"licensetool-profiles-{folder}"] = {it.name: it.read_bytes() for it in files}
        for folder in (home / "certs").iterdir():
            files = {it.name: it.read_bytes() for it in folder.iterdir()}
            self.of[f"licensetool-cert-{folder.name}"] = files


def mounted(home: Path, workload: dict, built: Built, sealed: Secrets, certificates: list[str]):
    """Fills the home folder as the kubelet would."""
    volumes = {it["name"]: it for it in pod(workload).get("volumes", [])}
    for mount in containers(workload)[0].get("volumeMounts", []):
        volume = volumes[mount["name"]]
        place = home / Path(mount["mountPath"]).relative_to("/app")
        if "configMap" in volume:
            text = built.one("ConfigMap", volume["configMap"]["name"])["data"][mount["subPath"]]
            place.write_text(text, encoding="utf-8")
            continue
        secret = volume["secret"]
        held = sealed.of[secret["secretName"]]
        items = secret.get("items") or [{"key": it, "path": it} for it in held]
        for item in items:
            write(place / item["path"], held[item["key"]])
    # As mounts.yaml of `licensetool seal` says it.
    for key in certificates:
        for name, content in sealed.of[f"licensetool-cert-{key}"].items():
            write(home / "certs" / key / name, content)


def write(file: Path, content: bytes):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o440)


class Process:
    def __init__(self, binary: str, workload: dict, home: Path, database: Database, more: dict):
        container = containers(workload)[0]
        self.name = workload["metadata"]["name"]
        self.container = container
        self.ports = {it["name"]: free_port() for it in container.get("ports", [])}
        variables = environment(container)
        variables["LICENSETOOL_HOME"] = str(home)
        listens = {"LICENSETOOL_METRICS_LISTEN": "metrics", "LICENSETOOL_LISTEN": "pages"}
        for name in listens.keys() & variables.keys():
            variables[name] = f"127.0.0.1:{self.ports[listens[name]]}"
        asked_as = variables["LICENSETOOL_STORE__URL"].split("@")[0]
        variables["LICENSETOOL_STORE__URL"] = f"{asked_as}@localhost:{database.port}/licensetool"
        self.log = home / "log"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [binary, *container["args"]],
                env={**more, **variables},
                cwd="/",
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")[-2000:]

    def probed(self, probe: str):
        asks = self.container[probe]["httpGet"]
        port = self.ports[asks["port"]]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{asks['path']}", headers={"Host": f"{ADDRESS_OF_POD}:{port}"}
        )
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} ended with {self.process.returncode}:\n{self.said()}")
        try:
            with DIRECT.open(request, timeout=5) as answer:
                return answer.status == 200, answer.status
        except urllib.error.HTTPError as error:
            return False, f"{error.code} {error.read().decode()}"
        except OSError as error:
            return False, str(error)

    def memory(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        lines = dict(it.split(":", 1) for it in status.splitlines())
        return int(lines["VmRSS"].split()[0]) / 1024

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        took = time.monotonic() - began
        if code or took > STOPS_WITHIN:
            raise SystemExit(f"{self.name} ended with {code} after {took:.1f} s:\n{self.said()}")
        return took


def main():
    binary, folder = sys.argv[1], Path(sys.argv[2])
    built = Built.read(folder / "dev/licensetool.yaml", "dev")
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        work.chmod(0o755)
        sample = work / "sample"
        simulator = subprocess.Popen(
            [binary, "simulate", "--home", str(sample), "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(simulator.kill)
        simulator.stdout.readline()
        scripts = Path(__file__).resolve().parents[1]
        environment_of_test = {**os.environ, "DATABASE_HOST": "localhost"}
        run([scripts / "home-secrets", sample], env=environment_of_test)
        database = Database(work, sample)
        stack.callback(database.stop)
        sealed = Secrets(sample)
        settings = dict(os.environ)
        settings["LICENSETOOL_MICROSOFT__CA_FILE"] = str(sample / "ca.pem")
        at = next(
            it.split('"')[1]
            for it in (sample / "licensetool.toml").read_text(encoding="utf-8").splitlines()
            if it.startswith("authority")
        )
        settings["LICENSETOOL_MICROSOFT__AUTHORITY"] = settings["LICENSETOOL_MICROSOFT__GRAPH"] = at
        owned = {
            "web": ["sign-in"],
            "collect": [it for it in os.listdir(sample / "certs") if it.startswith("ise")],
            "deliver": ["company"],
        }

        def start(workload: dict) -> Process:
            name = workload["metadata"]["name"]
            home = work / name
            home.mkdir()
            mounted(home, workload, built, sealed, owned.get(name, []))
            return Process(binary, workload, home, database, settings)

        # Services come first, though waves bring them last: they wait for the schema.
        services = [start(it) for it in built.of("Deployment")]
        for service in services:
            stack.callback(service.process.kill)
            wait(f"{service.name} starts", lambda it=service: it.probed("startupProbe"))
            fine, said = service.probed("readinessProbe")
            if fine:
                raise SystemExit(f"{service.name} is ready without a schema: {said}")
        migrate = start(built.one("Job", "migrate"))
        if migrate.process.wait(PATIENCE):
            raise SystemExit(f"migrate failed:\n{migrate.said()}")
        roles(built, work, database, sealed)
        for service in services:
            for probe in ("readinessProbe", "livenessProbe"):
                wait(f"{service.name}: {probe}", lambda it=service, of=probe: it.probed(of))
        seen = wait("looks at both tenants", lambda: looked(database))
        memory = {it.name: f"{it.memory():.0f} MiB" for it in services}
        stopped = {it.name: f"{it.stop():.1f} s" for it in services}
        print(f"{len(services)} services as their pods would be: {seen}; resident {memory}")
        print(f"stopped after {json.dumps(stopped)}")


def roles(built: Built, work: Path, database: Database, sealed: Secrets):
    """What the job database-roles does, with its own files."""
    folder = work / "sql"
    folder.mkdir()
    job = built.one("Job", "database-roles")
    volumes = {it["name"]: it for it in pod(job)["volumes"]}
    for item in volumes["secrets"]["secret"]["items"]:
        write(folder / item["path"], sealed.of["licensetool-env"][item["key"]])
    files = built.one("ConfigMap", volumes["sql"]["configMap"]["name"])["data"]
    for name, text in files.items():
        text = text.replace("/secrets/", f"{folder}/")
        (folder / name).write_text(text, encoding="utf-8")
    args = [it for it in containers(job)[0]["args"] if it.startswith("--file=")]
    database.psql("licensetool", args, cwd=folder)
    # Who may not change roles is told so, and the server's log has no password for it.
    database.psql("licensetool", ["--command=CREATE ROLE nobody"])
    try:
        refused = database.psql(
            "licensetool", ["--command=SET ROLE nobody", "--file=passwords.sql"], cwd=folder
        )
    except SystemExit as error:
        refused = str(error)
    if "licensetool_web gets no password" not in refused:
        raise SystemExit(f"somebody who may not has changed passwords: {refused}")
    log = (work / "postgres.log").read_text(encoding="utf-8")
    if "licensetool_web gets no password" not in log:
        raise SystemExit("the database's log does not say that a password was refused")
    for item in volumes["secrets"]["secret"]["items"]:
        if (folder / item["path"]).read_text(encoding="utf-8").strip() in log:
            raise SystemExit(f"the database's log has {item['key']} in plain words")


def looked(database: Database):
    counted = database.psql(
        "licensetool", ["--tuples-only", "--command=SELECT count(*) FROM latest"]
    )
    return int(counted) == 2, f"{int(counted)} tenants seen"


if __name__ == "__main__":
    main()
