// @azure/identity and @azure/msal-node against the simulator, as against a private cloud.

import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ClientCertificateCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";

const SCOPE = "https://graph.microsoft.com/.default";
const [address, home] = process.argv.slice(2);

async function withIdentity(profile) {
  let token;
  for (const sendCertificateChain of [false, true]) {
    const credential = new ClientCertificateCredential(
      profile.tenant_id,
      profile.client_id,
      { certificatePath: join(home, profile.cert_path) },
      { authorityHost: address, disableInstanceDiscovery: true, sendCertificateChain },
    );
    ({ token } = await credential.getToken(SCOPE));
  }
  return token;
}

async function withMsal(profile) {
  const pem = readFileSync(join(home, profile.cert_path), "utf8");
  const [privateKey, rest] = pem.split("-----BEGIN CERTIFICATE-----");
  const x5c = `-----BEGIN CERTIFICATE-----${rest}`;
  const der = new X509Certificate(x5c).raw;
  const thumbprintSha256 = createHash("sha256").update(der).digest("hex");
  const app = new ConfidentialClientApplication({
    auth: {
      clientId: profile.client_id,
      authority: `${address}/${profile.tenant_id}`,
      knownAuthorities: [new URL(address).host],
      clientCertificate: { thumbprintSha256, privateKey, x5c },
    },
  });
  const { accessToken } = await app.acquireTokenByClientCredential({ scopes: [SCOPE] });
  return accessToken;
}

async function rows(path, token) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${address}/v1.0/${path}`, { headers });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body.value.length;
}

for (const file of readdirSync(join(home, "config-profiles/tenants")).sort()) {
  const path = join(home, "config-profiles/tenants", file);
  const profile = JSON.parse(readFileSync(path, "utf8"));
  const skus = await rows("subscribedSkus", await withIdentity(profile));
  const subscriptions = await rows("directory/subscriptions", await withMsal(profile));
  assert(skus > 0 && subscriptions >= skus);
  console.log(`node: ${profile.tenant_name}: ${skus} SKUs, ${subscriptions} subscriptions`);
}
