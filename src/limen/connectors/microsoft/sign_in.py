"""Signing in as an app of a Microsoft Entra tenant (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import Final

from limen.connectors.vendor_client import VendorClient, text_in

SIGN_IN: Final = "https://login.microsoftonline.com"
GRAPH: Final = "https://graph.microsoft.com"


async def app_token(sign_in: VendorClient, tenant: str, client: str, secret: str, resource: str) -> str:
    """A token for an API of Microsoft's, named by its address (`resource`). Raises VendorError."""
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    form["scope"] = f"{resource}/.default"
    return text_in(await sign_in.post_form(f"/{tenant}/oauth2/v2.0/token", form), "access_token")
