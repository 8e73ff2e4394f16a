// A real Chromium whose tabs remember whatever must not happen: script that came from data, something
// loaded from elsewhere, a breach of the content security policy, a broken part of a page.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import puppeteer from "puppeteer-core";
import { folder } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const WIDE = { width: 1300, height: 900 };
export const PHONE = { width: 390, height: 844 };

export const launch = () =>
  puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    userDataDir: folder(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--force-device-scale-factor=1",
    ],
  });

/**
 * A tab of its own person: no cookie is shared with other tabs. `homes`: our address, and where else
 * it may load from.
 */
export const tab = async (browser, homes, { script = true, language = "en" } = {}) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const origins = new Set(homes.map((home) => new URL(home).origin));
  const troubles = [];
  page.on("dialog", async (dialog) => {
    troubles.push(`a dialog opened: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("pageerror", (error) => troubles.push(`a script failed: ${error}`));
  page.on("console", (message) => {
    // A page's own refusal stands in its status, which the test looks at.
    const refusal = /^Failed to load resource: the server responded/.test(message.text());
    if (["error", "warn"].includes(message.type()) && !refusal) troubles.push(message.text());
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    // Chromium's own signs, such as the calendar of a date field: pages may not load these.
    if (protocol !== "data:" && !origins.has(origin)) troubles.push(`asked elsewhere: ${request.url().slice(0, 200)}`);
  });
  page.on("response", (response) => {
    const part = response.request().resourceType() !== "document";
    const ours = response.url().startsWith(homes[0]);
    if (part && ours && response.status() >= 400)
      troubles.push(`${response.status()} for the part ${response.url()}`);
  });
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.violatedDirective} by ${event.blockedURI}`),
    );
  });
  await page.setExtraHTTPHeaders({ "accept-language": language });
  await page.setJavaScriptEnabled(script);
  await page.setViewport(WIDE);
  page.setDefaultTimeout(30_000);
  return Object.assign(page, { troubles, context });
};

/** Fails with what is wrong, if anything is. */
export const none = (wrong) => {
  const [first, rest] = [wrong.slice(0, 40), wrong.length - 40];
  if (wrong.length) assert.fail(first.join("\n") + (rest > 0 ? `\nand ${rest} more` : ""));
};

/** Nothing that must not happen has happened since the tab was opened. */
export const quiet = (page) => none(page.troubles);

/** What axe-core finds wrong with the page as it is shown now. */
export const violations = async (page) => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await axe.run(document, {
      resultTypes: ["violations"],
      rules: { "target-size": { enabled: true } },
    });
    return violations.map((one) => ({
      id: one.id,
      help: one.help,
      nodes: one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`),
    }));
  });
  return found.map((one) => `${one.id}: ${one.help}\n    ${one.nodes.join("\n    ")}`);
};

/** Where its own pages lead from here, as paths without fragments. */
export const links = (page) =>
  page.$$eval("a[href]", (all) =>
    all
      .map((link) => new URL(link.href))
      .filter((url) => url.origin === location.origin)
      .map((url) => url.pathname + url.search),
  );

/**
 * Waits until something holds in a page, and says what the page said otherwise. It asks from outside,
 * so that it sees pages without script, and lives through a navigation.
 */
export const until = async (page, holds, ...given) => {
  const end = Date.now() + 30_000;
  for (;;) {
    if (await page.evaluate(holds, ...given).catch(() => false)) return;
    if (Date.now() > end) break;
    await setTimeout(25);
  }
  const text = await page.$eval("body", (body) => body.innerText.slice(0, 2000));
  throw new Error(`${holds} never held at ${page.url()}, which says:\n${text}`);
};

/** Keeps a picture of the page if what is done with it fails. */
export const kept = async (name, page, act) => {
  try {
    await act();
  } catch (error) {
    const place = path.join(process.env.BROWSER_LOGS, `${name.replaceAll(/\W+/g, "-")}.png`);
    mkdirSync(path.dirname(place), { recursive: true });
    await page.screenshot({ path: place, fullPage: true }).catch(() => {});
    error.message += `\n(at ${page.url()}, shown in ${place})`;
    throw error;
  }
};

/** Waits until something outside a page holds, and answers with it. */
export const soon = async (holds) => {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${holds} never held`);
    await setTimeout(100);
  }
};
