// Looks into the company's SharePoint as another app of the company would: through Graph.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

/** As the world file says. */
const SECRET = "only-for-this-test";

/** Reads the list of tenants (`tenant_list_id`) or of licences (`license_list_id`): the fields of all rows. */
export const reader = async (microsoft, home, list) => {
  const file = path.join(home, "config-profiles/sharepoint/sp-config-company-profile.json");
  const profile = JSON.parse(readFileSync(file, "utf8"));
  const { site_id: site, [list]: id } = profile.sharepoint_infos;
  const asked = await fetch(`${microsoft}/${profile.tenant_id}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: profile.client_id,
      client_secret: SECRET,
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token: token } = await asked.json();
  assert.ok(token, "the company's app has a secret");
  return async () => {
    const answer = await fetch(`${microsoft}/v1.0/sites/${site}/lists/${id}/items?$expand=fields`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { value } = await answer.json();
    return value.map((row) => row.fields);
  };
};
