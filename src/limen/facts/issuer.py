"""Who else signs people in: an upstream issuer that the company trusts, and what it says of somebody. It speaks OpenID
Connect or SAML.

Issuers are part of what a company publishes. What one says of a person is a proof like any other, and worth what the
issuer proves of it, never more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from limen.clock import Instant

ClientAuthentication = Literal["secret", "private_key_jwt"]


@dataclass(frozen=True, slots=True)
class StrengthRule:
    """A sign-in is `strength` where its `amr` holds all of these, and its `acr` is one of these, if any are named."""

    strength: int
    amr: tuple[str, ...] = ()
    acr: tuple[str, ...] = ()

    def holds(self, amr: frozenset[str], acr: str) -> bool:
        return amr.issuperset(self.amr) and (not self.acr or acr in self.acr)


STANDARD_RULES: Final = (
    StrengthRule(2, amr=("mfa",)),
    StrengthRule(2, acr=("urn:limen:strength:2",)),
    StrengthRule(3, acr=("phr", "phrh")),
)
"""What counts where the company writes no rules: words with one meaning everywhere (RFC 8176; OpenID Connect Extended
Authentication Profile ACR Values 1.0), and another Limen's.
"""
STANDARD_SAML_RULES: Final = (
    StrengthRule(2, acr=("https://refeds.org/profile/mfa", "http://schemas.microsoft.com/claims/multipleauthn")),
    *STANDARD_RULES[1:],
)
"""The same for SAML's authentication context classes: REFEDS Multi-Factor Authentication Profile; Microsoft's word."""
BY_PHONE: Final = frozenset({"sms", "tel"})
"""Methods that Limen does not take as a second factor: a number can be taken over by anyone who talks well."""


@dataclass(frozen=True, slots=True)
class SamlIssuer:
    """What SAML needs to know of an issuer. Either `metadata_url`, where it says the rest itself, or the rest.

    `sign_in_url` takes requests for a sign-in by HTTP-Redirect, `sign_out_url` those for a sign-out ("": none), and
    `answer_url` what is answered to its own ("": there, too).
    `certificates` (DER in base64) hold the keys that it signs with. `name_format` is that of the names by which it
    tells people apart. `email` and `name` are what it calls these attributes ("": it says no address that counts).
    `may_encrypt`: Limen's metadata name a key for it, and what is encrypted for that is read.
    """

    metadata_url: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    answer_url: str = ""
    certificates: tuple[str, ...] = ()
    name_format: str = "persistent"
    email: str = ""
    name: str = ""
    may_encrypt: bool = False


@dataclass(frozen=True, slots=True)
class Issuer:
    """An upstream issuer. `url` is its issuer identifier, compared byte for byte; by SAML its entity ID, which need be
    no address. `id` is how the company calls it. `saml` is None for an OpenID Connect issuer, whose `client_id` is how
    Limen is registered there.

    `domains` are those of the addresses of the people whom it signs in. `creates_accounts`: somebody who signs in there
    for the first time gets an account here, in `groups`, if the issuer says that their address is verified, and it is
    of one of the domains. `required` are claims that everybody who signs in there must bring, as they stand here.
    `rules` say how strong its sign-ins are; what no rule covers is one factor.
    """

    id: str
    name: str
    url: str
    client_id: str
    authentication: ClientAuthentication = "secret"
    domains: tuple[str, ...] = ()
    creates_accounts: bool = False
    groups: tuple[str, ...] = ()
    required: tuple[tuple[str, str], ...] = ()
    rules: tuple[StrengthRule, ...] = STANDARD_RULES
    saml: SamlIssuer | None = None

    @property
    def needs_secret(self) -> bool:
        """Whether Limen proves itself there by a secret that somebody has to store."""
        return self.saml is None and self.authentication == "secret"

    def strength(self, amr: Iterable[str], acr: str) -> int:
        """What a sign-in proves by which these methods were used, in this context: the best rule, else one factor."""
        methods = frozenset(amr)
        rules = (rule for rule in self.rules if rule.acr) if methods & BY_PHONE else self.rules
        return max((rule.strength for rule in rules if rule.holds(methods, acr)), default=1)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What an issuer says of somebody who just signed in there, after all of it was checked.

    `subject` is who it is, for this issuer alone; by SAML with the format of the name before it. `at`: when they proved
    it there (0: it does not say), `issued_at` when the issuer said so, by its clock. `sid` is the issuer's name for its
    session ("" where it gives none). `email` is "" unless the issuer says that it is verified (by SAML the company says
    so, by naming its attribute), and its domain is one of the issuer's. `qualifiers` are those of a name by SAML (Core
    section 8.3.7), as words: "issuer", "here". `claims` is what else it says, each name with its short texts.
    """

    issuer: Issuer
    subject: str
    strength: int
    at: Instant = 0
    sid: str = ""
    email: str = ""
    name: str = ""
    qualifiers: str = ""
    claims: tuple[tuple[str, str], ...] = ()
    issued_at: Instant = 0
