// Every page with the keyboard alone: whatever can be used is reached, and one sees where one is.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { kept, launch, none, PHONE, quiet, until, WIDE } from "./browser.mjs";
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

/** Notes each element that gets the focus, and whether one sees it there. */
const watch = () => {
  const usable = "a[href], button, input, select, textarea, summary, [tabindex]";
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const wanted = [...document.querySelectorAll(usable)].filter(
    (one) => !one.matches(":disabled, [type=hidden], [tabindex='-1']") && shown(one),
  );
  window.walk = { wanted, reached: new Set(), unseen: [] };
  document.addEventListener("focusin", ({ target }) => {
    window.walk.reached.add(target);
    requestAnimationFrame(() => {
      if (document.activeElement !== target) return;
      const style = getComputedStyle(target);
      const box = target.getBoundingClientRect();
      const seen =
        style.outlineStyle !== "none" &&
        parseFloat(style.outlineWidth) >= 2 &&
        box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
      if (!seen) window.walk.unseen.push(target.outerHTML.slice(0, 120));
    });
  });
  // A date has a stop for each of its parts, and one for its calendar.
  return wanted.length + 4 * document.querySelectorAll("input[type=date]").length;
};

const walked = () => ({
  missed: window.walk.wanted
    .filter((one) => !window.walk.reached.has(one) && one.isConnected)
    .map((one) => one.outerHTML.slice(0, 120)),
  unseen: window.walk.unseen,
});

describe("the keyboard", () => {
  const places = [
    ...["/", "/licenses", "/tenants/iseschool", "/alerts", "/renewals", "/monitoring"],
    ...["/deliveries", "/tenants", "/tenants/iseschool/setup", "/audit"],
    ...["/tenants/iseschool/report?month=2026-01", "/problems/not-found", "/api/v1/docs"],
  ];
  for (const size of [WIDE, PHONE])
    it(`reaches all there is to use, ${size.width} wide`, async () => {
      const page = await reads(browser, stage);
      await page.setViewport(size);
      const wrong = [];
      for (const place of places) {
        await page.goto(stage.address + place);
        const most = await page.evaluate(watch);
        for (let step = 0; step <= most; step += 1) await page.keyboard.press("Tab");
        const { missed, unseen } = await page.evaluate(walked);
        for (const one of missed) wrong.push(`${place}: not reached: ${one}`);
        for (const one of unseen) wrong.push(`${place}: focus not seen: ${one}`);
      }
      none(wrong);
      quiet(page);
    });

  it("skips to the content first", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => {
      const { top, left, right } = document.activeElement.getBoundingClientRect();
      return { href: document.activeElement.getAttribute("href"), top, left, right };
    });
    assert.equal(first.href, "#content");
    assert.ok(first.top >= 0 && first.left >= 0 && first.right <= WIDE.width, "it is seen then");
    await page.keyboard.press("Enter");
    await until(page, () => document.activeElement.id === "content");
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null));
    quiet(page);
  });

  it("filters licences", async () => {
    for (const script of [true, false]) {
      const page = await reads(browser, stage, { script });
      await page.goto(`${stage.address}/licenses`);
      await page.focus("input[name=q]");
      await page.keyboard.type("Power");
      await page.keyboard.press("Tab");
      // The first tenant by its first letters, as in any list.
      await page.keyboard.type("ISE School");
      const chosen = await page.$eval("select[name=tenant]", (list) => list.value);
      assert.equal(chosen, "iseschool");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await kept("filter by keyboard", page, async () => {
        assert.equal(await page.evaluate(() => document.activeElement.localName), "button");
        const there = script ? Promise.resolve() : page.waitForNavigation();
        await Promise.all([there, page.keyboard.press("Enter")]);
        await until(page, () => location.search.startsWith("?q=Power&tenant=iseschool"));
        await until(page, () => document.querySelectorAll("#found tbody tr").length === 3);
      });
      quiet(page);
    }
  });
});
