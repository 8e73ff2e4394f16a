// Starts programs as a person would, waits until they say they are ready, and ends them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export const binary = process.env.LICENSETOOL;
const logs = process.env.BROWSER_LOGS;
if (!binary || !logs) throw new Error("run scripts/check-browser, which says where things are");

/** How long a program may take until it is ready, in milliseconds: debug builds on a busy machine. */
const PATIENCE = 60_000;
let started = 0;

/** A folder that goes with the process. */
export const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), "licensetool-browser-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
};

/** Starts `licensetool` and answers once a line fits `ready`, whose first group is an address. */
export const start = async (args, ready, { cwd, env = {} } = {}) => {
  started += 1;
  const log = path.join(logs, `${path.basename(process.argv[1], ".mjs")}-${started}.log`);
  const sink = createWriteStream(log);
  sink.write(`$ licensetool ${args.join(" ")}\n`);
  const child = spawn(binary, args, {
    cwd,
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const forget = () => child.kill("SIGKILL");
  process.on("exit", forget);
  let said = "";
  const address = await new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`not ready in time, see ${log}`)), PATIENCE);
    const listen = (chunk) => {
      sink.write(chunk);
      if (said === undefined) return;
      said += chunk;
      const found = ready.exec(said);
      if (!found) return;
      clearTimeout(patience);
      said = undefined;
      resolve(found[1]);
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.on("exit", (code) => reject(new Error(`ended with ${code}: ${said}; see ${log}`)));
  });
  const stop = async () => {
    if (child.exitCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    }
    process.off("exit", forget);
    sink.end();
  };
  return { address, stop, log };
};

/** Runs `licensetool` to its end. */
export const run = async (args, { cwd, env = {} } = {}) => {
  const child = spawn(binary, args, {
    cwd,
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
};

/** The demo: sample schools with a history. */
export const demo = (...more) =>
  start(
    ["demo", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", ...more],
    /running on (http:\/\/\S+)[^]*Press Ctrl-C/,
  );

/** A stand-in Microsoft that plays a world and has written a home folder for it. */
export const simulate = (world, home) =>
  start(
    ["simulate", "--http", "--listen", "127.0.0.1:0", "--world", world, "--home", home],
    /listening on (http:\/\/\S+)/,
  );

/** A port that was free a moment ago, for a program that must know its own address beforehand. */
export const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
};

/**
 * All services on a home folder. `signIn`: people sign in, and a session lasts so long if it is a
 * text such as "8s".
 */
export const serve = async (home, { port, signIn } = {}) => {
  port ??= await freePort();
  const env = {
    LICENSETOOL_LISTEN: `127.0.0.1:${port}`,
    LICENSETOOL_METRICS_LISTEN: "127.0.0.1:0",
    LICENSETOOL_HOME__POLL: "1s",
    LICENSETOOL_COLLECT__INTERVAL: "5s",
    LICENSETOOL_SHAREPOINT__INTERVAL: "2s",
  };
  if (signIn) {
    mkdirSync(path.join(home, "secrets"), { recursive: true });
    const key = path.join(home, "secrets/session");
    if (!existsSync(key)) writeFileSync(key, randomBytes(48).toString("base64"), { mode: 0o600 });
    env.LICENSETOOL_AUTH = "entra";
    env.LICENSETOOL_PUBLIC_URL = `http://127.0.0.1:${port}`;
    env.LICENSETOOL_SESSION__KEY_FILE = "secrets/session";
    env.LICENSETOOL_TRUSTED_PROXIES = "127.0.0.1";
    if (signIn !== true) env.LICENSETOOL_SESSION__LIFETIME = signIn;
  }
  return start(["--home", home, "run"], /"address":"(http:\/\/[^"]+)"/, { env });
};
