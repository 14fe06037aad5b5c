"""I3: people sign in with a passkey or a security key: administrators always, all others as a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from limen.facts import Factor
from limen.identity.model import ADMINISTRATORS, Member
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.rows import active, of_person, unread
from limen.roadmap.model import Control, Part, Phase, Row

MOST_PEOPLE: Final = 0.8
_RESISTANT: Final = 3


def measure(evidence: Evidence) -> Iterator[Part]:
    past = evidence.identity.sign_ins
    rows = () if past is None else past.rows
    every = Counter(one.person_id for one in rows)
    strong = Counter(one.person_id for one in rows if one.strength >= _RESISTANT)
    people, missing = active(evidence), unread(evidence)

    def row(member: Member, *, always: bool) -> Row:
        return of_person(member.person, _why(member, strong[member.person.id], every[member.person.id], always=always))

    yield Part(
        "administrators who signed in with a passkey every time",
        tuple(row(one, always=True) for one in people if ADMINISTRATORS in one.person.groups),
        missing=missing,
    )
    yield Part(
        "people who sign in with a passkey as a rule",
        tuple(row(one, always=False) for one in people),
        at_least=MOST_PEOPLE,
        missing=missing,
    )


def _why(member: Member, strong: int, every: int, *, always: bool) -> str:
    if not every:  # then they can only sign in with what they have
        has_only_that = member.factors == {Factor.PASSKEY}
        return "" if has_only_that else "did not sign in, and has something else than a passkey"
    is_met = strong == every if always else 2 * strong > every
    return "" if is_met else f"{strong} of {every} sign-ins were with a passkey"


CONTROL: Final = Control(
    id="I3",
    phase=Phase.IDENTITY,
    title="Phishing-resistant sign-in",
    demands="Administrators sign in with a passkey or security key every time, and others as a rule.",
    figure="active people most of whose sign-ins of the last 30 days were with a passkey; administrators apart",
    closes="It is all administrators, and 80 % of all people.",
    why="Codes and passwords can be typed into a false page, and are used by its owner within seconds.",
    how="Require a passkey of administrators in factors.yaml first, and of everybody after that.",
    page="/console/factors",
    minutes=45,
    weight=5,
    measure=measure,
)
