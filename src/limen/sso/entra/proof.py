"""What Entra ID asks to be proved, and what Limen can truly say was: one `acr`, one method in `amr`. Pure.

Only Limen's own factors count. What an upstream issuer said does not, as that may be the very Entra ID that asks; and
neither does a password, which Entra ID has asked for itself and has no word for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.facts import ISSUER_FACTORS, Auth, Factor, strength_of

LONGEST: Final = 4_096
FRESH_SECONDS: Final = 60
"""How long before the request a proof may have been given to answer it: on the way here, and not this morning."""
LIVES: Final[Milliseconds] = 5 * MINUTE
"""How long an answer counts."""
LEAST: Final = 2
"""The strength that an answer needs, whatever policies say: it stands for multi-factor authentication."""
_POSSESSION: Final = frozenset(
    {"possession", "possessionorinherence", "knowledgeorpossession", "knowledgeorpossessionorinherence"}
)
"""The contexts that something held satisfies. What proves a passkey's user to their device (a finger, a PIN) Limen
never sees, so inherence is never stated.
"""
_METHODS: Final = ((Factor.PASSKEY, "fido"), (Factor.SECURITY_KEY, "fido"), (Factor.CODE, "otp"))
"""Of what was proved, the strongest first. Entra ID counts both words as possession."""


class WrongClaimsError(ValueError):
    """The `claims` parameter asks for nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Contexts of which one, and methods of which one is to be stated."""

    acr: tuple[str, ...]
    amr: tuple[str, ...]

    @property
    def context(self) -> str:
        """The context to state for something held; "" where none of them is satisfied by that."""
        return next((one for one in self.acr if one in _POSSESSION), "")

    @property
    def is_possible(self) -> bool:
        """Whether any factor of Limen could satisfy it."""
        return bool(self.context) and any(word in self.amr for _, word in _METHODS)


USUAL: Final = Wanted(("possessionorinherence",), tuple(dict.fromkeys(word for _, word in _METHODS)))
"""What Entra ID asks for after a password, as far as Limen can say it."""
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Claim(msgspec.Struct):
    values: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=32)]
    essential: bool = False


class _IdToken(msgspec.Struct):
    acr: _Claim
    amr: _Claim


class _Claims(msgspec.Struct):
    id_token: _IdToken


def wanted(parameter: str) -> Wanted:
    """What a `claims` parameter asks for (OpenID Connect Core section 5.5). Raises WrongClaimsError."""
    if len(parameter) > LONGEST:
        raise WrongClaimsError
    try:
        asked = msgspec.json.decode(parameter, type=_Claims).id_token
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise WrongClaimsError from None
    return Wanted(tuple(asked.acr.values), tuple(asked.amr.values))


def stated(auth: Auth, asked: Wanted) -> tuple[str, str]:
    """The `acr` and the method to state for this proof, both "" where it proves too little, or too little is sure."""
    method = next((word for factor, word in _METHODS if factor in auth.factors and word in asked.amr), "")
    if auth.by_token or not asked.context or not method or rests_on_issuer(auth) or _own_strength(auth) < LEAST:
        return "", ""
    return asked.context, method


def rests_on_issuer(auth: Auth) -> bool:
    """Whether this session may be as strong, and as fresh, as it is by an upstream issuer's word."""
    vouched = max((strength for strength, factor in ISSUER_FACTORS.items() if factor in auth.factors), default=0)
    return vouched >= LEAST and vouched >= _own_strength(auth)


def is_fresh(auth: Auth, asked_at: Instant) -> bool:
    """Whether the proof was given for this request, and not before it."""
    return auth.at + FRESH_SECONDS * SECOND >= asked_at


def _own_strength(auth: Auth) -> int:
    return strength_of(auth.factors - frozenset(ISSUER_FACTORS.values()))
