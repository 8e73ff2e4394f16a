// Pages that stay open: their numbers are renewed in place, and many of them are open at once.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { launch, quiet, until } from "./browser.mjs";
import { reads } from "./people.mjs";
import { folder, serve, simulate } from "./program.mjs";

let microsoft, stage, browser;
before(async () => {
  const home = path.join(folder(), "home");
  microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
  stage = await serve(home, { signIn: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
  await microsoft?.stop();
});

/** Microsoft's number of used seats from now on. */
const use = async (consumed) => {
  const order = { tenant: "quotes", sku: "STANDARDWOFFPACK_STUDENT", consumed };
  const answer = await fetch(`${microsoft.address}/_sim/units`, {
    method: "POST",
    body: JSON.stringify(order),
  });
  assert.equal(answer.status, 204, await answer.text());
};

const shows = (used) => document.querySelector("#found")?.innerText.includes(`${used} of 100`);

describe("an open page", () => {
  it("renews its numbers in place", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses?tenant=quotes`);
    await until(page, shows, 105);
    await page.evaluate(() => (window.same = true));
    await page.focus("th[aria-sort] a");
    await use(90);
    await until(page, shows, 90);
    assert.equal(await page.evaluate(() => window.same), true, "nothing was loaded anew");
    quiet(page);
  });

  it("is one of many, and none waits for another", async () => {
    const first = await reads(browser, stage);
    const places = ["/licenses", "/tenants/quotes", "/alerts", "/monitoring"];
    const pages = [first];
    for (let more = 0; more < 8; more += 1) pages.push(await first.context.newPage());
    for (const [at, page] of pages.entries())
      await page.goto(stage.address + places[at % places.length], { timeout: 10_000 });
    // The one in front still hears of changes.
    await first.bringToFront();
    await first.goto(`${stage.address}/licenses?tenant=quotes`);
    await use(80);
    await until(first, shows, 80);
    quiet(first);
  });

  it("leaves nothing behind that the next one waits for", async () => {
    const page = await reads(browser, stage);
    for (let visit = 0; visit < 12; visit += 1)
      await page.goto(`${stage.address}/licenses?page=${visit + 1}`, { timeout: 10_000 });
    quiet(page);
  });
});
