// People sign in with their company's account at the stand-in for Entra, and out again; those who may
// not come in are told why.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { kept, launch, quiet, soon, tab, until, violations } from "./browser.mjs";
import { arrives, choose, picker } from "./people.mjs";
import { folder, freePort, demo, serve, simulate } from "./program.mjs";

let stage, browser, entra;
before(async () => {
  stage = await demo("--pace", "1h");
  browser = await launch();
  entra = await picker(stage);
});
after(async () => {
  await browser?.close();
  await stage?.stop();
});

const text = (page) => page.$eval("main", (main) => main.innerText);
const stranger = (options) => tab(browser, [stage.address, entra], options);

describe("sign-in", () => {
  for (const script of [true, false])
    it(`leads back to where one wanted to go, ${script ? "with" : "without"} script`, async () => {
      const page = await stranger({ script });
      await page.goto(`${stage.address}/`);
      assert.ok(!(await text(page)).includes("ISE School"), "the start page shows no data");
      await page.goto(`${stage.address}/tenants/iseschool?language=de`);
      assert.ok(page.url().startsWith(entra));
      await choose(page, "Reader");
      await kept("sign-in", page, async () => {
        assert.equal(page.url(), `${stage.address}/tenants/iseschool`);
        assert.equal(await page.$eval("html", (html) => html.lang), "de", "the language is kept");
        assert.match(await text(page), /ISE School/);
        assert.equal(
          await page.$eval(".who span", (span) => span.innerText),
          "reader@schulservice.example",
        );
      });
      quiet(page);
    });

  it("tells who comes from another tenant, and lets them choose again", async () => {
    const page = await stranger();
    await page.goto(`${stage.address}/licenses`);
    await choose(page, "Other tenant's user");
    assert.match(await page.$eval("body", (body) => body.innerText), /AADSTS50020/);
    await page.goto(`${stage.address}/licenses`);
    assert.ok(page.url().startsWith(entra), "no session was made");
    await choose(page, "Reader");
    assert.equal(page.url(), `${stage.address}/licenses`);
    quiet(page);
  });

  for (const [language, words] of [
    ["en", /cancel/i],
    ["de", /abgebrochen/i],
  ])
    it(`says that it was cancelled: ${language}`, async () => {
      const page = await stranger({ language });
      await page.goto(`${stage.address}/licenses`);
      await Promise.all([page.waitForNavigation(), page.click("button[name=cancel]")]);
      await kept("cancelled", page, async () => {
        assert.equal(new URL(page.url()).origin, stage.address);
        assert.match(await text(page), words);
        assert.deepEqual(await violations(page), []);
        const again = await page.$("main a[href^='/api/v1/auth/login']");
        assert.ok(again, "one may try again from there");
      });
      quiet(page);
    });

  it("does not take an answer that this browser did not ask for", async () => {
    const page = await stranger();
    await page.goto(`${stage.address}/api/v1/auth/callback?code=stolen&state=made-up`);
    await kept("foreign callback", page, async () => {
      assert.deepEqual(await violations(page), []);
      await page.goto(`${stage.address}/licenses`);
      assert.ok(page.url().startsWith(entra), "no session was made");
    });
    quiet(page);
  });

  it("ends here and at the provider", async () => {
    const page = await arrives(browser, stage, "Admin");
    const before = await page.cookies();
    const session = before.find((cookie) => cookie.httpOnly);
    assert.ok(session, "the session is out of a script's reach");
    await Promise.all([page.waitForNavigation(), page.click("a[href='/api/v1/auth/logout']")]);
    await soon(() => page.url().startsWith(stage.address));
    await page.goto(`${stage.address}/licenses`);
    assert.ok(page.url().startsWith(entra));
    // Whoever kept the cookie has nothing of it.
    await page.setCookie({ name: session.name, value: session.value, url: stage.address });
    await page.goto(`${stage.address}/licenses`);
    assert.ok(page.url().startsWith(entra), "the session is over, not only forgotten");
    quiet(page);
  });

  it("ends here when somebody signs out at the provider", async () => {
    const page = await arrives(browser, stage, "Operator");
    const elsewhere = await page.context.newPage();
    const login = await fetch(`${stage.address}/api/v1/auth/login`, { redirect: "manual" });
    const { pathname } = new URL(login.headers.get("location"));
    await elsewhere.goto(entra + pathname.replace("authorize", "logout"));
    await soon(async () => {
      await page.goto(`${stage.address}/licenses`);
      return page.url().startsWith(entra);
    });
    quiet(page);
  });

  it("is asked for again when the session has expired", async () => {
    const home = path.join(folder(), "home");
    const microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
    const short = await serve(home, { signIn: "5s" });
    try {
      const page = await arrives(browser, short, "Reader");
      // The address stays: whoever signs in again is where they were.
      await soon(async () => {
        await page.goto(`${short.address}/licenses?level=low`);
        return page.url().startsWith(microsoft.address);
      });
      await choose(page, "Reader");
      assert.equal(page.url(), `${short.address}/licenses?level=low`);
    } finally {
      await short.stop();
      await microsoft.stop();
    }
  });

  it("that expires under an open page leads to the sign-in with the next click", async () => {
    const home = path.join(folder(), "home");
    const microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
    const short = await serve(home, { signIn: "5s" });
    try {
      const page = await arrives(browser, short, "Reader");
      await soon(async () => {
        if (page.url().startsWith(microsoft.address)) return true;
        await page.click("th[aria-sort] a").catch(() => {});
        return false;
      });
    } finally {
      await short.stop();
      await microsoft.stop();
    }
  });
});
