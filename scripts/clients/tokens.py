"""A token for a tenant of the simulator, for clients that have no sign-in of their own."""

from azure.identity import CertificateCredential

SCOPE = "https://graph.microsoft.com/.default"


def credential(address, profile, **options):
    """As against a private cloud: Microsoft's documentation turns instance discovery off there."""
    return CertificateCredential(
        profile["tenant_id"],
        profile["client_id"],
        profile["pem_path"],
        authority=address,
        disable_instance_discovery=True,
        **options,
    )


def token(address, profile):
    return credential(address, profile).get_token(SCOPE).token
