// Who sits before the browser: people of the stage's company, who sign in as people do.
import assert from "node:assert/strict";
import { tab } from "./browser.mjs";

/** Whether the stage asks who is there. */
const asks = async (stage) => {
  stage.asks ??= (await fetch(`${stage.address}/licenses`, { redirect: "manual" })).status !== 200;
  return stage.asks;
};

/** Where the stand-in Microsoft of a stage lets people choose their account. */
export const picker = async (stage) => {
  const login = await fetch(`${stage.address}/api/v1/auth/login`, { redirect: "manual" });
  return new URL(login.headers.get("location")).origin;
};

/** Takes an account of the page on which one chooses. */
export const choose = async (page, account) => {
  const found = await page.$$eval(
    "button[name=account]",
    (all, wanted) => all.findIndex((one) => one.querySelector("b").innerText === wanted),
    account,
  );
  assert.ok(found >= 0, `${account} can be chosen at ${page.url()}`);
  const buttons = await page.$$("button[name=account]");
  await Promise.all([page.waitForNavigation(), buttons[found].click()]);
};

/** A tab in which one of the stage's accounts has signed in, if the stage asks for that. */
export const arrives = async (browser, stage, account, options) => {
  if (!(await asks(stage))) return tab(browser, [stage.address], options);
  const page = await tab(browser, [stage.address, await picker(stage)], options);
  await page.goto(`${stage.address}/licenses`);
  await choose(page, account);
  assert.equal(page.url(), `${stage.address}/licenses`);
  return page;
};

/** A tab in which somebody who may do everything has arrived. */
export const reads = (browser, stage, options) => arrives(browser, stage, "Admin", options);
