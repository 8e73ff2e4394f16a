// Starts the program with people and programs who may do different things, and lets schemathesis loose
// on it as each of them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { folder, serve, simulate } from "./program.mjs";

/** Tries of an operation, and the same ones each time. */
const EXAMPLES = "12";
const SEED = "4";

/**
 * What never ends by design; what only the provider can ask for rightly; and the forms of pages, which
 * the other tests of this folder fill in.
 */
const LEFT_OUT =
  "^/(events|api/v1/auth/front-channel-logout|alerts/.*/.*|monitoring/.*|renewals/.*|deliveries/.*|" +
  "tenants/.*/(setup|certificate).*)$";

const here = import.meta.dirname;
const scratch = folder();

/** A world in which Microsoft answers for every tenant: a tenant that cannot be asked is 502 by design. */
const world = () => {
  const text = readFileSync(path.join(here, "world.toml"), "utf8");
  const open = text.replace(/\n# Nobody has consented[^]*?\n(?=\n)/, "");
  assert.notEqual(open, text, "the world has a tenant that cannot be asked");
  const file = path.join(scratch, "world.toml");
  writeFileSync(file, open);
  return file;
};

/** A token of a program of the world. */
const bearer = async (microsoft, name) => {
  const app = await (await fetch(`${microsoft}/_sim/sign-in`)).json();
  const daemon = app.daemons.find((one) => one.name === name);
  const asked = await fetch(`${microsoft}/${app.tenant_id}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: daemon.client_id,
      client_secret: daemon.client_secret ?? daemon.secret,
      scope: `api://${app.client_id}/.default`,
    }),
  });
  const { access_token: token } = await asked.json();
  assert.ok(token, `${name} gets a token`);
  return token;
};

const tries = async (stage, who, token, more) => {
  const rights = token ? ["--header", `Authorization: Bearer ${token}`] : [];
  const args = [
    "run",
    `${stage.address}/openapi.json`,
    ...["--checks", "all"],
    ...["--phases", "examples,coverage,fuzzing"],
    ...["--max-examples", EXAMPLES, "--seed", SEED],
    ...["--workers", "1", "--request-timeout", "10", "--continue-on-failure", "--no-color"],
    ...["--exclude-path-regex", LEFT_OUT],
    ...rights,
    ...more,
  ];
  const began = Date.now();
  const child = spawn(process.env.SCHEMATHESIS, args, {
    cwd: scratch,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, SCHEMATHESIS_HOOKS: "schemathesis_hooks", PYTHONPATH: here },
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  writeFileSync(path.join(process.env.BROWSER_LOGS, `${who}.txt`), said);
  if (code !== 0) console.log(said);
  const seconds = Math.round((Date.now() - began) / 1000);
  const summary = said.match(/^\s*(\d[\d,]* generated.*)$/m)?.[1] ?? "";
  console.log(`schemathesis as ${who}: ${code === 0 ? "nothing found" : "see above"}, ${summary.trim()} in ${seconds} s`);
  return code === 0;
};

const home = path.join(scratch, "home");
const microsoft = await simulate(world(), home);
const stage = await serve(home, { signIn: true });
let well = true;
try {
  const more = process.argv.slice(2);
  for (const [who, daemon] of [
    ["nobody", null],
    ["reader", "Reading program"],
    ["operator", "Operating program"],
  ])
    well = (await tries(stage, who, daemon && (await bearer(microsoft.address, daemon)), more)) && well;
} finally {
  await stage.stop();
  await microsoft.stop();
}
process.exitCode = well ? 0 : 1;
