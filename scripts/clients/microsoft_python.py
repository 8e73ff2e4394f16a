"""azure-identity, msal and msgraph-sdk against the simulator, as against a private cloud."""

import asyncio
import sys
from urllib.parse import urlparse

import msal
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient

from profiles import profiles
from tokens import SCOPE, credential


def with_msal(address, profile):
    """Instance discovery asks Microsoft; its documentation turns it off for private clouds."""
    pem = profile["pem"]
    key, certificate = pem.split("-----BEGIN CERTIFICATE-----")
    credentials = {
        "SHA-1": {"private_key": key, "thumbprint": profile["thumbprint"]},
        "SHA-256": {
            "private_key": key,
            "public_certificate": "-----BEGIN CERTIFICATE-----" + certificate,
        },
    }
    for name, credential in credentials.items():
        app = msal.ConfidentialClientApplication(
            profile["client_id"],
            authority=f"{address}/{profile['tenant_id']}",
            client_credential=credential,
            instance_discovery=False,
        )
        answer = app.acquire_token_for_client([SCOPE])
        assert "access_token" in answer, (name, answer)
        again = app.acquire_token_for_client([SCOPE])
        assert again["token_source"] == "cache", again


def refused_by_msal(address, profile, other):
    app = msal.ConfidentialClientApplication(
        profile["client_id"],
        authority=f"{address}/{profile['tenant_id']}",
        client_credential={"private_key": other["pem"], "thumbprint": other["thumbprint"]},
        instance_discovery=False,
    )
    answer = app.acquire_token_for_client([SCOPE])
    assert answer["error"] == "invalid_client" and 700027 in answer["error_codes"], answer


async def with_msgraph(address, profile):
    for chain in (False, True):
        identity = credential(address, profile, send_certificate_chain=chain)
        assert identity.get_token(SCOPE).token
    provider = AzureIdentityAuthenticationProvider(
        identity, scopes=[SCOPE], allowed_hosts=[urlparse(address).hostname]
    )
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{address}/v1.0"
    graph = GraphServiceClient(request_adapter=adapter)

    skus = (await graph.subscribed_skus.get()).value
    assert skus, "no SKUs"
    for sku in skus:
        assert sku.sku_id and sku.sku_part_number and sku.capability_status, sku
        assert isinstance(sku.consumed_units, int), sku
        assert isinstance(sku.prepaid_units.enabled, int), sku
        assert not sku.additional_data, sku.additional_data
    subscriptions = (await graph.directory.subscriptions.get()).value
    for subscription in subscriptions:
        assert subscription.created_date_time.tzinfo, subscription
        assert isinstance(subscription.total_licenses, int), subscription
        assert not subscription.additional_data, subscription.additional_data
    bought = {item for sku in skus for item in sku.subscription_ids}
    assert bought == {str(item.commerce_subscription_id) for item in subscriptions}
    one = await graph.subscribed_skus.by_subscribed_sku_id(skus[0].id).get()
    assert one.sku_id == skus[0].sku_id
    organization = (await graph.organization.get()).value[0]
    assert organization.display_name == profile["tenant_name"], organization
    return len(skus), len(subscriptions)


def main(address, home):
    tenants = list(profiles(home))
    for index, profile in enumerate(tenants):
        with_msal(address, profile)
        refused_by_msal(address, profile, tenants[index - 1])
        skus, subscriptions = asyncio.run(with_msgraph(address, profile))
        name = profile["tenant_name"]
        print(f"python: {name}: {skus} SKUs, {subscriptions} subscriptions")


main(*sys.argv[1:])
