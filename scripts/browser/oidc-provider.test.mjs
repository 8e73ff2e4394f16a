// Signs somebody in at a provider that this project did not write: `oidc-provider`, certified for
// OpenID Connect, set up to say of a user what Entra says.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import Provider from "oidc-provider";
import { kept, launch, quiet, soon, tab, until } from "./browser.mjs";
import { folder, freePort, serve, simulate } from "./program.mjs";

const CLIENT = "licensetool-at-another-provider";
const SECRET = "only-for-this-test-and-long-enough";
const TENANT = "0f6e1a52-3c4b-4d5e-8f70-112233445566";
const PEOPLE = {
  ada: { name: "Somebody who reads", preferred_username: "reader@company.example", roles: ["reader"] },
  bo: { name: "<b>Bo</b> & Co", preferred_username: "<b>bo</b>@company.example", roles: ["operator"] },
  eve: { name: "Somebody else's user", preferred_username: "eve@other.example", roles: ["admin"], tid: "7a" },
};

/** A provider whose only page asks who is there. */
const provide = async (ours) => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        client_secret: SECRET,
        redirect_uris: [`${ours}/api/v1/auth/callback`],
        post_logout_redirect_uris: [`${ours}/`],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub", "oid", "tid", "roles", "name", "preferred_username", "sid"] },
    // As Entra: all in the id token.
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, oid: id, tid: TENANT, ...PEOPLE[id] }),
    }),
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = `<!doctype html><title>Out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`;
        },
      },
    },
    interactions: { url: (_, { uid }) => `/who/${uid}` },
    cookies: { keys: ["only for this test"] },
    loadExistingGrant: async (context) => {
      const { Grant } = provider;
      const grant = new Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid profile email offline_access");
      await grant.save();
      return grant;
    },
    ttl: { Session: 600, Grant: 600, IdToken: 600, AccessToken: 600, Interaction: 600 },
  });
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, issuer);
    if (!pathname.startsWith("/who/")) return answer(request, response);
    const login = searchParams.get("as");
    if (login === "nobody") {
      const result = { error: "access_denied", error_description: "somebody thought better of it" };
      return provider.interactionFinished(request, response, result);
    }
    if (login) {
      const result = { login: { accountId: login } };
      return provider.interactionFinished(request, response, result);
    }
    response.setHeader("content-type", "text/html");
    const choices = [...Object.keys(PEOPLE), "nobody"];
    response.end(
      `<!doctype html><title>Who?</title>${choices.map((one) => `<a id="${one}" href="?as=${one}">${one}</a> `).join("")}`,
    );
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { issuer, server };
};

let microsoft, provider, stage, browser;
before(async () => {
  const home = path.join(folder(), "home");
  const port = await freePort();
  provider = await provide(`http://127.0.0.1:${port}`);
  microsoft = await simulate(path.join(import.meta.dirname, "world.toml"), home);
  const profiles = path.join(home, "config-profiles/auth");
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  mkdirSync(path.join(home, "secrets"), { recursive: true });
  writeFileSync(path.join(home, "secrets/sign-in"), SECRET, { mode: 0o600 });
  const profile = {
    authority: provider.issuer,
    tenant_id: TENANT,
    client_id: CLIENT,
    client_secret_file: "secrets/sign-in",
    require_role: true,
  };
  writeFileSync(path.join(profiles, "auth-config-other-profile.json"), JSON.stringify(profile));
  stage = await serve(home, { port, signIn: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stage?.stop();
  await microsoft?.stop();
  provider?.server.closeAllConnections();
  provider?.server.close();
});

const signsIn = async (page, who) => {
  await page.goto(`${stage.address}/licenses`);
  assert.ok(page.url().startsWith(provider.issuer), page.url());
  await Promise.all([page.waitForNavigation(), page.click(`#${who}`)]);
};

describe("another provider", () => {
  it("signs somebody in, and out again", async () => {
    const page = await tab(browser, [stage.address, provider.issuer]);
    await signsIn(page, "bo");
    await kept("another provider", page, async () => {
      assert.equal(page.url(), `${stage.address}/licenses`);
      await until(page, () => document.querySelectorAll("#found tbody tr").length > 0);
      assert.equal(await page.$eval(".who span", (span) => span.innerText), "<b>bo</b>@company.example");
      const cookies = await page.cookies();
      const session = cookies.find((cookie) => cookie.name.includes("licensetool"));
      assert.ok(session.httpOnly && session.sameSite === "Lax");

      await Promise.all([page.waitForNavigation(), page.click("a[href='/api/v1/auth/logout']")]);
      assert.ok(page.url().startsWith(provider.issuer), page.url());
      await Promise.all([page.waitForNavigation(), page.click("button")]);
      assert.equal(new URL(page.url()).origin, stage.address);
      await page.goto(`${stage.address}/licenses`);
      assert.ok(page.url().startsWith(provider.issuer), "the session is over on both sides");
    });
    quiet(page);
  });

  it("gives roles", async () => {
    const page = await tab(browser, [stage.address, provider.issuer]);
    await signsIn(page, "ada");
    const answer = await page.evaluate(async () => {
      const asked = await fetch("/api/v2/refreshes", { method: "POST" });
      return asked.status;
    });
    assert.equal(answer, 403, "a reader may not act");
    // That refusal was wanted.
    await soon(() => page.troubles.splice(0).length === 1);
  });

  for (const [who, words] of [
    ["eve", /tenant/i],
    ["nobody", /cancelled/i],
  ])
    it(`does not let in ${who}, and says why`, async () => {
      const page = await tab(browser, [stage.address, provider.issuer]);
      await signsIn(page, who);
      assert.equal(new URL(page.url()).origin, stage.address);
      await kept(`provider ${who}`, page, async () => {
        assert.match(await page.$eval("main", (main) => main.innerText), words);
        const answer = await page.evaluate(async () => (await fetch("/api/v2/tenants")).status);
        assert.equal(answer, 401);
      });
    });
});
