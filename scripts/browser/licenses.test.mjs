// Filters and orders of all licences, with the page's script and without any.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, until } from "./browser.mjs";
import { reads } from "./people.mjs";
import { demo } from "./program.mjs";

let stage, browser;
before(async () => {
  stage = await demo("--pace", "1h");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
});

const rows = (page) =>
  page.$$eval("#found tbody tr", (all) =>
    all.map((row) => ({
      level: row.querySelector(".level").className.split(" ")[1],
      product: row.querySelector("th a").innerText,
      tenant: row.cells[2].innerText,
      free: Number(row.cells[3].innerText.replace("−", "-").replaceAll(/[^\d-]/g, "")),
    })),
  );

const ordered = (numbers) => numbers.every((one, at) => at === 0 || numbers[at - 1] <= one);

/** What a person finds, whatever way the page takes to show it. */
const looks = async (page, { go }) => {
  const all = await rows(page);
  assert.ok(all.length > 8, "the demo's schools have many licences");
  assert.equal(new Set(all.map((row) => row.tenant)).size, 2);
  assert.ok(["over-assigned", "exhausted"].includes(all[0].level), "what needs action comes first");

  await page.type("input[name=q]", "A5");
  await go("form.filter button", () => location.search.includes("q=A5"));
  const found = await rows(page);
  assert.ok(found.length > 0 && found.length < all.length);
  assert.ok(found.every((row) => row.product.includes("A5")));

  await page.$eval("input[name=q]", (field) => (field.value = ""));
  await page.select("select[name=tenant]", "iseschool");
  await go("form.filter button", () => location.search.includes("tenant=iseschool"));
  assert.deepEqual([...new Set((await rows(page)).map((row) => row.tenant))], ["ISE School"]);

  const free = "th[aria-sort] a[href*='sort=free']";
  await go(free, () => location.search.includes("sort=free"));
  const rising = await rows(page);
  assert.ok(ordered(rising.map((row) => row.free)));
  assert.equal((await rows(page)).length, rising.length);
  await go("th[aria-sort] a[href*='sort=-free']", () => location.search.includes("sort=-free"));
  assert.ok(ordered((await rows(page)).map((row) => -row.free)));
  assert.equal(await page.$$eval("th[aria-sort=descending]", (all) => all.length), 1);

  // The way back leads through the same looks.
  await page.goBack();
  await until(page, () => location.search.includes("sort=free"));
  await until(page, () => document.querySelector("th[aria-sort=ascending]") !== null);

  await go(".counts a[href*='level=exhausted']", () => location.search.includes("level=exhausted"));
  assert.deepEqual([...new Set((await rows(page)).map((row) => row.level))], ["exhausted"]);
};

describe("licences", () => {
  it("are filtered and ordered without script, by addresses", async () => {
    const page = await reads(browser, stage, { script: false });
    await page.goto(`${stage.address}/licenses`);
    await kept("licenses without script", page, () =>
      looks(page, { go: (what) => Promise.all([page.waitForNavigation(), page.click(what)]) }),
    );
    quiet(page);
  });

  it("are filtered and ordered with script, without a new page", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await page.evaluate(() => (window.same = true));
    await kept("licenses with script", page, async () => {
      const free = new Set();
      const go = async (what, there) => {
        await page.click(what);
        await until(page, there);
        free.add(await page.evaluate(() => window.same === true));
      };
      await looks(page, { go });
      assert.ok(free.has(true));
    });
    quiet(page);
  });

  it("are found while somebody types", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await page.evaluate(() => (window.same = true));
    await page.type("input[name=q]", "power apps");
    await until(page, () => {
      const names = [...document.querySelectorAll("#found tbody th")].map((th) => th.innerText);
      return names.length > 0 && names.every((name) => /power ?apps/i.test(name));
    });
    assert.equal(await page.evaluate(() => document.activeElement.name), "q");
    assert.equal(await page.evaluate(() => window.same), true);
    quiet(page);
  });

  it("keep the level and the order that were clicked while somebody types", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await page.click(".counts a[href*='level=enough']");
    await until(page, () => location.search.includes("level=enough"));
    await page.click("th[aria-sort] a[href*='sort=free']");
    await until(page, () => location.search.includes("sort=free"));
    await page.type("input[name=q]", "A1");
    await until(page, () => location.search.includes("q=A1"));
    const asked = Object.fromEntries(new URLSearchParams(await page.evaluate(() => location.search)));
    assert.deepEqual(asked, { q: "A1", level: "enough", sort: "free" });
    assert.deepEqual([...new Set((await rows(page)).map((row) => row.level))], ["enough"]);
    quiet(page);
  });
});
