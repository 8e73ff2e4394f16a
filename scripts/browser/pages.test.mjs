// Every page that exists, found by following links as a reader would: in both languages, both themes
// and on a phone, without a fault that axe-core or a validator of HTML could find.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HtmlValidate } from "html-validate";
import { launch, links, none, PHONE, quiet, violations, WIDE } from "./browser.mjs";
import { demo } from "./program.mjs";
import { reads } from "./people.mjs";

/** How many pages of one kind are looked at: the second one may be made of other data. */
const OF_A_KIND = 2;
/** Other ways to see: language, theme and size. Colours do not depend on the language. */
const SIGHTS = [
  { language: "de", theme: "light", size: WIDE },
  { language: "en", theme: "dark", size: WIDE },
  { language: "en", theme: "light", size: PHONE },
  { language: "de", theme: "dark", size: PHONE },
];

const html = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // Matters of taste.
    "no-trailing-whitespace": "off",
    "long-title": "off",
    "no-inline-style": "error",
    // What HTML says by itself need not be said again.
    "no-implicit-button-type": "off",
    "no-implicit-input-type": "off",
    // Scripts and styles are our own, and have a nonce.
    "require-sri": "off",
    "valid-id": ["error", { relaxed: true }],
    // A list may have a name.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    "doctype-style": ["error", { style: "lowercase" }],
  },
});

let stage, browser, person, kinds;
const found = new Map();

/** The kind of page at a path, as the API's description names it. */
const kindOf = (path) => {
  const { pathname } = new URL(path, "http://any");
  return kinds.find((kind) => kind.fits.test(pathname))?.name;
};

const inLanguage = (path, language) => `${path}${path.includes("?") ? "&" : "?"}language=${language}`;

before(async () => {
  stage = await demo("--pace", "1h");
  browser = await launch();
  const description = await (await fetch(`${stage.address}/openapi.json`)).json();
  kinds = Object.entries(description.paths)
    .filter(([, methods]) => methods.get?.responses["200"]?.content?.["text/html"])
    .map(([name]) => ({
      name,
      parts: name.match(/\{/g)?.length ?? 0,
      fits: new RegExp(`^${name.replaceAll(/\{[^}]*\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
    }))
    .sort((a, b) => a.parts - b.parts);
  person = await reads(browser, stage);
  // What no link leads to on a good day.
  const waiting = ["/", "/problems/invalid-parameter", "/tenants/no-such-tenant", "/no-such-page"];
  const seen = new Set();
  while (waiting.length) {
    const path = waiting.shift();
    if (seen.has(path)) continue;
    seen.add(path);
    const kind = kindOf(path);
    const of = kind ?? path;
    const those = found.get(of) ?? [];
    if (those.length >= OF_A_KIND) continue;
    const answer = await person.goto(stage.address + path);
    found.set(of, [...those, { path, status: answer.status() }]);
    for (const next of await links(person)) {
      // A filter or a language makes no other page of a kind that is known.
      if (kindOf(next) && !(next.includes("?") && found.has(kindOf(next)))) waiting.push(next);
    }
  }
});
after(async () => {
  await browser?.close();
  await stage?.stop();
});

describe("pages", () => {
  it("are all reached by links", () => {
    const missed = kinds.map((kind) => kind.name).filter((name) => !found.has(name));
    assert.deepEqual(missed, []);
    for (const [of, pages] of found)
      for (const { path, status } of pages)
        assert.equal(status < 400, kindOf(path) === of && !path.includes("no-such"), path);
  });

  it("have valid HTML, one heading, and words of their language only where they are", async () => {
    const wrong = [];
    for (const language of ["de", "en"])
      for (const { path } of [...found.values()].flat()) {
        const answer = await person.goto(stage.address + inLanguage(path, language));
        const report = await html.validateString(await answer.text());
        for (const { messages } of report.results)
          for (const one of messages)
            wrong.push(`${path} ${language} ${one.line}:${one.column} ${one.ruleId}: ${one.message}`);
        const said = await person.evaluate(() => ({
          lang: document.documentElement.lang,
          headings: document.querySelectorAll("h1").length,
          title: document.title,
        }));
        if (said.lang !== language && path !== "/api/v1/docs") wrong.push(`${path} is ${said.lang}`);
        if (said.headings !== 1) wrong.push(`${path} has ${said.headings} first headings`);
      }
    none(wrong);
    quiet(person);
  });

  for (const { language, theme, size } of SIGHTS)
    it(`have nothing that axe-core finds: ${language}, ${theme}, ${size.width} wide`, async () => {
      await person.setViewport(size);
      await person.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      const wrong = [];
      for (const { path } of [...found.values()].flat()) {
        await person.goto(stage.address + inLanguage(path, language));
        for (const one of await violations(person)) wrong.push(`${path} ${one}`);
        const over = await person.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (over > 0) wrong.push(`${path} is ${over} px too wide`);
      }
      none(wrong);
      quiet(person);
    });
});
