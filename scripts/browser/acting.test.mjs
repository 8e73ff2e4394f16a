// What people do on the pages is done: alerts acknowledged, tenants switched as far as the company's
// SharePoint list, files taken away.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, soon, until } from "./browser.mjs";
import { reader } from "./lists.mjs";
import { arrives } from "./people.mjs";
import { folder, serve, simulate } from "./program.mjs";

const QUOTES = "O'Brien & Söhne";

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

/** Clicks at once: a page that renews itself may put another button in its place meanwhile. */
const submit = (page, what) =>
  Promise.all([page.waitForNavigation(), page.$eval(what, (button) => button.click())]);

describe("people", () => {
  for (const script of [true, false])
    it(`acknowledge an alert ${script ? "with" : "without"} script`, async () => {
      const page = await arrives(browser, stage, "Operator", { script });
      const tenant = script ? "quotes" : "emoji";
      await soon(async () => {
        await page.goto(`${stage.address}/alerts?tenant=${tenant}&state=open`);
        return page.$(`form[action$="/acknowledge"]`);
      });
      await kept("acknowledge", page, async () => {
        const action = await page.$eval(`form[action$="/acknowledge"]`, (form) =>
          form.getAttribute("action"),
        );
        await submit(page, `form[action="${action}"] button`);
        await page.waitForSelector("[role=status]");
        await page.goto(stage.address + action.replace(/\/acknowledge$/, ""));
        const said = await page.$eval("main", (main) => main.innerText);
        assert.match(said, /operator@schulservice\.example/);
        assert.match(said, /acknowledged/i);
        await page.goto(`${stage.address}/alerts?tenant=${tenant}&state=acknowledged`);
        assert.ok(await page.$(`form[action="${action.replace("acknowledge", "reopen")}"]`));
      });
      quiet(page);
    });

  it("acknowledge with the keyboard alone", async () => {
    const page = await arrives(browser, stage, "Operator");
    await soon(async () => {
      await page.goto(`${stage.address}/alerts?tenant=markup&state=open`);
      return page.$(`form[action$="/acknowledge"]`);
    });
    await kept("acknowledge by keyboard", page, async () => {
      const on = () => document.activeElement.matches(`form[action$="/acknowledge"] button`);
      for (let step = 0; step < 60 && !(await page.evaluate(on)); step += 1)
        await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(on), "the button is reached");
      await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      await page.waitForSelector("[role=status]");
    });
    quiet(page);
  });

  it("do not undo each other: the second one is told", async () => {
    const [first, second] = [
      await arrives(browser, stage, "Operator"),
      await arrives(browser, stage, "Admin"),
    ];
    const there = `${stage.address}/alerts?tenant=markup&state=acknowledged`;
    // A page with script would show at once what the other one did.
    await second.setJavaScriptEnabled(false);
    await first.goto(there);
    await second.goto(there);
    const form = `form[action$="/reopen"] button`;
    await kept("conflict", second, async () => {
      await submit(first, form);
      await submit(second, form);
      assert.match(await second.$eval("main", (main) => main.innerText), /meanwhile|changed|already/i);
    });
    quiet(first);
    quiet(second);
  });

  it("switch monitoring, and the company's list follows", async () => {
    const rows = await reader(microsoft.address, home, "tenant_list_id");
    const row = async () => (await rows()).find((fields) => fields.Title === QUOTES);
    await soon(async () => (await row())?.monitoring === true);
    const page = await arrives(browser, stage, "Operator");
    for (const on of [false, true]) {
      await page.goto(`${stage.address}/monitoring`);
      await kept("switch", page, async () => {
        await submit(page, "#monitoring-quotes");
        await soon(async () => (await row()).monitoring === on);
        await page.goto(`${stage.address}/tenants/quotes`);
        const quietly = await page.$(".message.warn a[href='/monitoring']");
        assert.equal(quietly === null, on, "the tenant's page says so");
      });
    }
    quiet(page);
  });

  it("who only read have no buttons", async () => {
    const page = await arrives(browser, stage, "Reader");
    for (const place of ["/alerts", "/monitoring", "/renewals", "/deliveries"]) {
      await page.goto(stage.address + place);
      assert.equal((await page.$$("form[method=post] button")).length, 0, place);
    }
    quiet(page);
  });

  it("take licences away as files", async () => {
    const page = await arrives(browser, stage, "Reader");
    const downloads = folder();
    const client = await page.createCDPSession();
    await client.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      browserContextId: page.context.id,
      downloadPath: downloads,
    });
    await page.goto(`${stage.address}/licenses`);
    const offered = await page.$$eval("a[href*='/api/v2/exports/']", (all) =>
      all.map((link) => link.getAttribute("href")),
    );
    await kept("exports", page, async () => {
      for (const kind of ["csv", "xlsx", "ndjson"]) {
        const link = offered.find((href) => href.includes(`.${kind}`));
        assert.ok(link, `${kind} is offered`);
        await page.$eval(`a[href="${link.replaceAll('"', "\\22 ")}"]`, (one) => one.click());
        const file = await soon(() => readdirSync(downloads).find((name) => name.endsWith(`.${kind}`)));
        const bytes = readFileSync(path.join(downloads, file));
        if (kind === "xlsx") assert.equal(bytes.subarray(0, 2).toString(), "PK");
        else {
          const text = bytes.toString();
          assert.ok(text.includes(QUOTES) && text.includes("<img src=x onerror=alert(1)>"), text);
        }
      }
    });
    quiet(page);
  });
});
