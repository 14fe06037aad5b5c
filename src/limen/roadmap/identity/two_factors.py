"""I2: everybody signs in with two factors, and has two to sign in with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.facts import Factor
from limen.identity.model import Member
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.rows import active, of_person, unread
from limen.roadmap.model import Control, Part, Phase, Row

_FACTORS: Final = 2
_ALONE: Final = (Factor.PASSWORD, Factor.CODE)
_TWO_AT_ISSUER: Final = frozenset({Factor.ISSUER_TWO_FACTORS.value, Factor.ISSUER_PHISHING_RESISTANT.value})


def measure(evidence: Evidence) -> Iterator[Part]:
    past, passkeys = evidence.identity.sign_ins, evidence.identity.passkeys
    rows = () if past is None else past.rows
    weak = {one.person_id for one in rows if one.strength < _FACTORS}
    proved_elsewhere = {one.person_id for one in rows if not _TWO_AT_ISSUER.isdisjoint(one.factors)}
    yield Part(
        "people who have two factors, and signed in with fewer at no time",
        (
            *(_row(one, weak, factors_of(one, passkeys or {}, proved_elsewhere)) for one in active(evidence)),
            *(_unknown(one) for one in sorted(weak - {one.person.id for one in evidence.members})),
        ),
        missing=unread(evidence),
    )


def factors_of(member: Member, passkeys: Mapping[str, int], proved_elsewhere: set[str]) -> int:
    """How many separate things somebody has to sign in with: each passkey is one. Recovery codes are none. Whoever
    proved two factors at an issuer has them there.
    """
    own = passkeys.get(member.person.id, int(Factor.PASSKEY in member.factors))
    own += sum(one in member.factors for one in _ALONE)
    return max(own, _FACTORS if member.person.id in proved_elsewhere else 0)


def _row(member: Member, weak: set[str], has: int) -> Row:
    lacks = "" if has >= _FACTORS else f"has {has} of two factors"
    return of_person(member.person, "signed in with one factor" if member.person.id in weak else lacks)


def _unknown(person_id: str) -> Row:
    why = "signed in with one factor, and nobody is known by this id"
    return Row(person_id, person_id, is_met=False, why=why, is_personal=True)


CONTROL: Final = Control(
    id="I2",
    phase=Phase.IDENTITY,
    title="Two factors for everybody",
    demands="Nobody signs in with one factor, and everybody has two things to sign in with.",
    figure="active people with two factors, none of whose sign-ins of the last 30 days had fewer",
    closes="It is all of them.",
    why="A stolen password alone opens everything that its owner can open.",
    how="Require a passkey and a second factor in factors.yaml, and remind those who lack one.",
    page="/console/factors",
    minutes=30,
    weight=5,
    measure=measure,
)
