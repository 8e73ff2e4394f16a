// From a new customer to licences on the page: `tenant new` makes key and certificate, an
// administrator does the printed steps in the (stand-in) portal, and the running program shows them.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, tab, until } from "./browser.mjs";
import { arrives } from "./people.mjs";
import { folder, run, serve, simulate } from "./program.mjs";

let home, microsoft, stage, browser;
before(async () => {
  home = path.join(folder(), "home");
  microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
  stage = await serve(home, { signIn: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
  await microsoft?.stop();
});

const licensetool = (...args) => run(["--home", home, ...args], { env: { LICENSETOOL_LANGUAGE: "en" } });
const press = (page, what) => Promise.all([page.waitForNavigation(), page.click(what)]);

describe("a new tenant", () => {
  it("is watched after what tenant new says, done in the portal", async () => {
    const page = await arrives(browser, stage, "Admin");
    await page.goto(`${stage.address}/tenants`);
    assert.ok(!(await page.$("main a[href='/tenants/neueschule']")));

    const asked = ["tenant", "new", "neueschule", "--domain", "neueschule.example"];
    const made = await licensetool(...asked, "--name", "Neue Schule & Söhne");
    assert.equal(made.code, 0, made.stderr);
    const thumbprint = made.stdout.match(/\b[0-9A-F]{40}\b/)?.[0];
    assert.ok(thumbprint, made.stdout);
    const certificate = path.join(home, "certs/neueschule/mycert_neueschule.crt");

    const portal = await tab(browser, [microsoft.address]);
    await portal.goto(`${microsoft.address}/portal/neueschule`);
    await kept("portal", portal, async () => {
      await press(portal, "form[action$='/apps'] button");
      if (!portal.url().includes("/apps/")) await press(portal, "a[href*='/apps/']");
      const client = portal.url().match(/apps\/([0-9a-f-]{36})/)[1];
      const file = await portal.$("input[type=file]");
      await file.uploadFile(certificate);
      await press(portal, "form[action$='/certificates'] button");
      assert.ok((await portal.$eval("main", (main) => main.innerText)).includes(thumbprint));

      const known = await licensetool("tenant", "new", "neueschule", "--client-id", client);
      assert.equal(known.code, 0, known.stderr);
      // What is missing yet is said, by the command and by the page.
      const early = await licensetool("tenant", "check", "neueschule");
      assert.equal(early.code, 2, early.stdout);
      assert.match(early.stdout, /✗.*permission/);

      await press(portal, "form[action$='/permissions'] button");
      await press(portal, "form[action$='/consent'] button");
      const proven = await licensetool("tenant", "check", "neueschule");
      assert.equal(proven.code, 0, proven.stdout);
    });

    await page.goto(`${stage.address}/tenants/neueschule`).catch(() => {});
    await kept("new tenant", page, async () => {
      const end = Date.now() + 45_000;
      while ((await page.$$("#tenant tbody tr")).length === 0 && Date.now() < end)
        await page.goto(`${stage.address}/tenants/neueschule`);
      const said = await page.$eval("main", (main) => main.innerText);
      assert.match(said, /Neue Schule & Söhne/);
      assert.match(said, /STANDARDWOFFPACK_STUDENT/);
      await page.goto(`${stage.address}/licenses?tenant=neueschule`);
      await until(page, () => document.querySelectorAll("#found tbody tr").length > 0);
    });
    quiet(page);
  });
});
