"""What a person could do about a refusal at once: prove who they are again, or more strongly.

Each remedy is a change of facts, and is named only where the policies, asked again under the changed facts, permit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from limen.clock import SECOND, Instant, Milliseconds
from limen.facts import Auth, Factor
from limen.policy.decision import Remedy

JUST_PROVED: Final[Milliseconds] = 30 * SECOND
"""A proof this young is not asked for again: it has not turned the answer, so it would only go round in a loop."""

SIGN_IN: Final = (Remedy("sign_in", at_once=True),)
"""The remedy of everybody who is not signed in. Who they will be is not known, so neither is what they may do."""


def candidates(auth: Auth, now: Instant) -> Iterator[tuple[Remedy, Auth]]:
    """The proofs a signed-in person could give now, the best first, each with what would then be known of them."""
    if auth.strength < 3:
        yield Remedy("use_passkey", at_once=True, strength=3), strongest(auth, now)
    if auth.strength < 2:
        yield Remedy("add_factor", at_once=True, strength=2), _second(auth, now)
    if auth.strength and now - auth.at >= JUST_PROVED:
        yield Remedy("sign_in_again", at_once=True, strength=auth.strength), replace(auth, at=now)


def strongest(auth: Auth, now: Instant) -> Auth:
    """After a passkey was used, with the person verified: phishing-resistant and multi-factor at once."""
    return Auth(3, auth.factors | {Factor.PASSKEY}, now)


def _second(auth: Auth, now: Instant) -> Auth:
    second = Factor.PASSWORD if Factor.CODE in auth.factors else Factor.CODE
    return Auth(2, auth.factors | {second}, now)
