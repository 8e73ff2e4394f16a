// Names are text: whatever schools, products and people are called, every page shows it as it is and
// runs none of it.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, links, none, PHONE, quiet, until, WIDE } from "./browser.mjs";
import { reads } from "./people.mjs";
import { folder, serve, simulate } from "./program.mjs";

const EMOJI = "🦉🏫".repeat(100);
const NAMES = ["<img src=x onerror=alert(1)>", "O'Brien & Söhne", EMOJI, "<svg/onload=alert(5)>"];
const PRODUCTS = ['"><script>alert(2)</script>', "'-alert(4)-'{{7*7}}", EMOJI];

let microsoft, stage, browser;
before(async () => {
  const home = path.join(folder(), "home");
  microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
  stage = await serve(home);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
  await microsoft?.stop();
});

const textOf = (page) => page.$eval("main", (main) => main.innerText);

describe("names", () => {
  it("are text on every page that has them", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await until(page, () => document.querySelectorAll("#found tbody tr").length === 5);
    await kept("hostile", page, async () => {
      const said = await textOf(page);
      for (const name of [...NAMES, ...PRODUCTS]) assert.ok(said.includes(name), name);

      const waiting = await links(page);
      const seen = new Set();
      const wide = [];
      const bare = [];
      while (waiting.length) {
        const next = waiting.shift();
        if (seen.has(next) || /^\/(api|openapi|healthz)|logout/.test(next) || seen.size > 80) continue;
        seen.add(next);
        for (const size of [WIDE, PHONE]) {
          await page.setViewport(size);
          await page.goto(stage.address + next);
          const over = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          if (over > 0) wide.push(`${next} is ${over} px too wide at ${size.width}`);
        }
        // What a name would have made if it were not text.
        const made = await page.$$eval("img, svg[onload], main script, main i, main b", (all) =>
          all.map((one) => one.outerHTML.slice(0, 80)),
        );
        bare.push(...made.map((one) => `${next}: ${one}`));
        if (!next.includes("?")) waiting.push(...(await links(page)));
      }
      none([...wide, ...bare]);
      for (const key of ["markup", "quotes", "emoji", "closed"])
        assert.ok(seen.has(`/tenants/${key}`), key);
    });
    quiet(page);
  });

  it("are found by what they are", async () => {
    const page = await reads(browser, stage);
    for (const name of NAMES.slice(0, 3)) {
      await page.goto(`${stage.address}/licenses?q=${encodeURIComponent(name)}`);
      assert.equal(await page.$eval("input[name=q]", (field) => field.value), name);
      const tenants = await page.$$eval("#found tbody tr", (all) =>
        all.map((row) => row.cells[2].innerText),
      );
      assert.ok(tenants.length > 0 && tenants.every((one) => one === name), tenants.join());
    }
    quiet(page);
  });

  it("stay text in the script's own updates", async () => {
    const page = await reads(browser, stage);
    await page.goto(`${stage.address}/licenses`);
    await page.type("input[name=q]", "<img src=x");
    await until(page, () => document.querySelectorAll("#found tbody tr").length === 2);
    assert.ok((await textOf(page)).includes(NAMES[0]));
    quiet(page);
  });
});
