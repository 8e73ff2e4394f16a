// From a new customer to licences, and from an old certificate to a new one, by the page alone.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, soon, tab } from "./browser.mjs";
import { arrives } from "./people.mjs";
import { folder, serve, simulate } from "./program.mjs";

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

/** Keys are made meanwhile, so the page may come late. */
const submit = (page, what) =>
  Promise.all([
    page.waitForNavigation({ timeout: 60_000 }),
    page.$eval(what, (button) => button.click()),
  ]);
const said = (page) => page.$eval("main", (main) => main.innerText);

/** Takes the certificate that the page offers, and gives it to the app in the portal. */
const upload = async (page, portal) => {
  const downloads = folder();
  const client = await page.createCDPSession();
  await client.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    browserContextId: page.context.id,
    downloadPath: downloads,
  });
  await page.$eval("a[href$='/certificate.crt']", (link) => link.click());
  const file = await soon(() => readdirSync(downloads).find((name) => name.endsWith(".crt")));
  const certificate = path.join(downloads, file);
  assert.ok(!readFileSync(certificate, "utf8").includes("PRIVATE"), "no key leaves by the page");
  const field = await portal.$("input[type=file]");
  await field.uploadFile(certificate);
  await submit(portal, "form[action$='/certificates'] button");
};

describe("an administrator, by the page", () => {
  it("adds a tenant until its licences appear, and replaces its certificate", async () => {
    const page = await arrives(browser, stage, "Admin");
    const portal = await tab(browser, [microsoft.address]);
    const setup = `${stage.address}/tenants/neueschule/setup`;
    await kept("add by the page", page, async () => {
      await page.goto(`${stage.address}/tenants`);
      await page.type("form[method=post][action='/tenants'] input[name=key]", "neueschule");
      await page.type("form[method=post][action='/tenants'] input[name=domain]", "nobody.example");
      await page.type("form[method=post][action='/tenants'] input[name=name]", "Neue Schule & Söhne");
      await submit(page, "form[method=post][action='/tenants'] button");
      assert.match(await said(page), /no tenant has the domain nobody\.example/);
      // What was typed stands there still.
      const domain = "form[method=post][action='/tenants'] input[name=domain]";
      assert.equal(await page.$eval("form[method=post][action='/tenants'] input[name=name]", (it) => it.value), "Neue Schule & Söhne");
      await page.$eval(domain, (it) => (it.value = "neueschule.example"));
      await submit(page, "form[method=post][action='/tenants'] button");
      assert.equal(page.url(), setup);

      await portal.goto(`${microsoft.address}/portal/neueschule`);
      await submit(portal, "form[action$='/apps'] button");
      if (!portal.url().includes("/apps/")) await submit(portal, "a[href*='/apps/']");
      const app = portal.url().match(/apps\/([0-9a-f-]{36})/)[1];
      await upload(page, portal);
      await submit(portal, "form[action$='/permissions'] button");
      await submit(portal, "form[action$='/consent'] button");
      await page.type("input[name=client_id]", app);
      await submit(page, `form[action='/tenants/neueschule/setup'] button`);
      await soon(async () => {
        await page.goto(`${stage.address}/tenants/neueschule`);
        return page.$("#tenant tbody tr");
      });
      assert.match(await said(page), /Neue Schule & Söhne[^]*STANDARDWOFFPACK_STUDENT/);
    });

    await kept("replace by the page", page, async () => {
      await page.goto(setup);
      const deed = (name) => `button[name=deed][value=${name}]`;
      await submit(page, deed("stage"));
      const staged = (await said(page)).match(/\b[0-9A-F]{40}\b/g);
      assert.equal(new Set(staged).size, 2, "the old one and the new one");
      await submit(page, deed("activate"));
      assert.match(await said(page), /AADSTS700027/);
      await upload(page, portal);
      await submit(page, deed("activate"));
      const left = (await said(page)).match(/\b[0-9A-F]{40}\b/g);
      assert.deepEqual([...new Set(left)], [staged.at(-1)], "the new one took over");
    });
    quiet(page);
  });
});
