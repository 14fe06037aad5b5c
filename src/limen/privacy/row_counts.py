"""What is kept of somebody, counted in words: `2 passkeys, 1 group`, and not the names of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "people": ("account", "accounts"),
    "memberships": ("group membership", "group memberships"),
    "passkeys": ("passkey", "passkeys"),
    "passwords": ("password", "passwords"),
    "codes": ("authenticator app for codes", "authenticator apps for codes"),
    "recovery_codes": ("recovery code", "recovery codes"),
    "sessions": ("sign-in", "sign-ins"),
    "browsers": ("known browser", "known browsers"),
    "links": ("one-time link", "one-time links"),
    "mails": ("mail", "mails"),
    "app_tokens": ("token for an app", "tokens for apps"),
    "oidc_grants": ("sign-in at an app", "sign-ins at apps"),
    "oidc_consents": ("consent to an app", "consents to apps"),
    "observed_refusals": ("request counted during onboarding", "requests counted during onboarding"),
}
"""Every table with personal rows: what one row is called, and several."""


def row_counts(rows: Mapping[str, int]) -> Iterator[str]:
    """How many of each, the account first. A table without words is called by its name rather than left out."""
    order = {table: place for place, table in enumerate(WORDS)}
    for table, number in sorted(rows.items(), key=lambda one: (order.get(one[0], len(order)), one[0])):
        one, several = WORDS.get(table, (table, table))
        yield f"{number} {one if number == 1 else several}"
