"""How an app signs people in by OpenID Connect: its registration as a client (OpenID Connect Registration 1.0).

It is part of what a company publishes, and a fact like the app's label: what-if, replay and the journal see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCOPES: Final = ("openid", "profile", "email", "groups")
"""What an app may ask to be told: who it is, their name, their address, their groups."""


@dataclass(frozen=True, slots=True)
class OidcClient:
    """An app as a client of Limen. Its `client_id` is the app's id; its secret is in the database, never here.

    `redirect_uris` are compared byte for byte. `is_public`: it runs where no secret can be kept (a browser, a laptop),
    so only PKCE protects its codes. `is_pairwise`: it is told a name for each person that no other app is told.
    `is_foreign`: another company runs it, so people are asked before it learns who they are. `groups` translates: a
    person's group to the app's word for it; a group that is not named is told as it is, unless any is named.
    `may_use_devices`: people may sign it in by a code that it shows on a device without a browser (RFC 8628).
    `keys`: its public keys (JWK, as JSON): with any it proves itself by them and by nothing else. `may_act`: the names
    of workloads that may act for people there (RFC 8693).
    `needs_pkce`: a request without it is refused; where not, one that has it is still held to it.
    `tokens_minutes`: how long an access token counts. `backchannel_logout_uri`: where it is told of sign-outs ("": no).
    """

    redirect_uris: tuple[str, ...]
    post_logout_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    is_public: bool = False
    is_pairwise: bool = False
    is_foreign: bool = False
    scopes: tuple[str, ...] = SCOPES
    groups: tuple[tuple[str, str], ...] = ()
    tokens_minutes: int = 5
    algorithm: str = "RS256"
    may_use_devices: bool = False
    needs_pkce: bool = True
    keys: tuple[str, ...] = ()
    may_act: tuple[str, ...] = ()

    @property
    def has_secret(self) -> bool:
        """Whether it proves itself by a secret, and not by keys or not at all."""
        return not self.is_public and not self.keys
