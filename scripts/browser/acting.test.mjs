// What people do on the pages is done: alerts acknowledged, tenants switched as far as the company's
// SharePoint list, files taken away.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, soon, until } from "./browser.mjs";
import { reader } from "./lists.mjs";
import { arrives } from "./people.mjs";
import { folder, serve, simulate } from "./program.mjs";

const QUOTES = "O'Brien & Söhne";

let home, microsoft, stage, browser, hook;

/** Another program that hears of alerts, and is out of order until `hook.well`. */
const listen = async () => {
  const heard = new Map();
  const server = createServer((request, response) => {
    request.resume();
    const id = request.headers["webhook-id"];
    heard.set(id, (heard.get(id) ?? 0) + 1);
    response.writeHead(hook.well ? 204 : 503).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, heard, well: false, url: `http://127.0.0.1:${server.address().port}/` };
};

before(async () => {
  home = path.join(folder(), "home");
  microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
  hook = await listen();
  mkdirSync(path.join(home, "secrets"), { recursive: true });
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  writeFileSync(path.join(home, "secrets/hook"), secret, { mode: 0o600 });
  const channel = ["", "[channel.hook]", 'kind = "webhook"', `url = "${hook.url}"`];
  channel.push('secret_file = "secrets/hook"', "");
  appendFileSync(path.join(home, "licensetool.toml"), channel.join("\n"));
  stage = await serve(home, { signIn: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
  await microsoft?.stop();
  hook?.server.close();
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

  it("put an alert off until next week, saying why", async () => {
    const page = await arrives(browser, stage, "Operator");
    await soon(async () => {
      await page.goto(`${stage.address}/alerts?tenant=quotes&state=open`);
      return page.$(`form[action$="/acknowledge"]`);
    });
    await kept("snooze", page, async () => {
      const action = await page.$eval("button[formaction$='/snooze']", (button) => button.getAttribute("formaction"));
      await page.goto(stage.address + action.replace(/\/snooze$/, ""));
      await page.click("summary[id^='more-']");
      await page.type("input[name=reason]", "<b>ordered</b> at O'Brien's");
      await page.select("select[name=until]", "week");
      await submit(page, `button[formaction="${action}"]`);
      await page.waitForSelector("[role=status]");
      await page.goto(stage.address + action.replace(/\/snooze$/, ""));
      const said = await page.$eval("main", (main) => main.innerText);
      assert.match(said, /snoozed/i);
      assert.ok(said.includes("<b>ordered</b> at O'Brien's"), said);
    });
    quiet(page);
  });

  it("say what becomes of a purchase, and take it back", async () => {
    const page = await arrives(browser, stage, "Operator");
    await soon(async () => {
      await page.goto(`${stage.address}/renewals?tenant=quotes`);
      return page.$("button[value=ends]");
    });
    await kept("pin", page, async () => {
      const row = () => page.$eval("form[action$='/pin']", (form) => form.closest("tr").innerText);
      const before = await row();
      await submit(page, "form[action$='/pin'] button[value=ends]");
      await page.waitForSelector("[role=status]");
      assert.match(await row(), /Somebody set it so/);
      await submit(page, "form[action$='/pin'] button[value=forget]");
      await page.waitForSelector("[role=status]");
      assert.equal(await row(), before);
    });
    quiet(page);
  });

  it("have what a channel refused delivered once it is well again", async () => {
    const page = await arrives(browser, stage, "Operator");
    await soon(async () => {
      await page.goto(`${stage.address}/deliveries?channel=hook`);
      return page.$("form[action='/deliveries/retry']");
    });
    await kept("retry", page, async () => {
      assert.match(await page.$eval("#channels", (part) => part.innerText), /503/);
      const message = await page.$eval("form[action='/deliveries/retry'] [name=message]", (it) => it.value);
      hook.well = true;
      const tries = () => [...hook.heard.values()].reduce((sum, one) => sum + one, 0);
      const before = tries();
      await submit(page, `button[id="retry-${message}-hook"]`);
      await page.waitForSelector("[role=status]");
      await soon(() => tries() > before);
      await soon(async () => {
        await page.goto(`${stage.address}/deliveries?channel=hook&state=delivered`);
        return page.$("#list tbody tr");
      });
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
