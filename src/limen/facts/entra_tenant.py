"""A tenant of Microsoft Entra ID that asks Limen for the second factor: its registration as an external method.

It is part of what a company publishes, and a fact like the app's label: what-if, replay and the journal see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CLOUDS: Final = {
    "global": "https://login.microsoftonline.com",
    "us-government": "https://login.microsoftonline.us",
    "china": "https://login.partner.microsoftonline.cn",
}
"""Where Entra ID answers in each of Microsoft's clouds (its reference for external method providers)."""


@dataclass(frozen=True, slots=True)
class EntraTenant:
    """`tenant` is the directory (tenant) ID, `client_id` the application ID that stands for Limen there.

    `people` are pairs of an object ID there and a person's id here. `domains` are those whose user names
    (UPN) are addresses here: whoever administers the tenant gives them out, so a company names only its own.
    """

    tenant: str
    client_id: str
    domains: tuple[str, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    authority: str = CLOUDS["global"]

    @property
    def issuer(self) -> str:
        """Who signs what the tenant says of its people, compared byte for byte."""
        return f"{self.authority}/{self.tenant}/v2.0"

    @property
    def redirect_uri(self) -> str:
        """The one address that an answer is posted to."""
        return f"{self.authority}/common/federation/externalauthprovider"
