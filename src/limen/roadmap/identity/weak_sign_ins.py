"""I9: no sign-in succeeds by a password or a code alone, a text message, or a legacy mail protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from limen.identity.past_sign_ins import PastSignIn
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.rows import imported_of, page_of, unread
from limen.roadmap.model import Control, Grade, Part, Phase, Row

_TWO: Final = 2


def measure(evidence: Evidence) -> Iterator[Part]:
    past = evidence.identity.sign_ins
    rows = () if past is None else past.rows
    yield Part("sign-ins at Limen with two factors", tuple(_at_limen(rows, evidence)), missing=unread(evidence))
    for one in imported_of(evidence):
        yield Part(
            f"sign-ins at {one.name} with two factors, and by no legacy protocol",
            tuple(_elsewhere(one)),
            grade=Grade.IMPORTED,
            missing=one.missing,
        )


def _at_limen(rows: tuple[PastSignIn, ...], evidence: Evidence) -> Iterator[Row]:
    """One row for all that were strong, and one for each way in which each person signed in weakly."""
    names = {one.person.id: one.person.name for one in evidence.members}
    weak = Counter((one.person_id, " and ".join(one.factors)) for one in rows if one.strength < _TWO)
    if strong := sum(one.strength >= _TWO for one in rows):
        yield Row("strong", "sign-ins with two factors", is_met=True, count=strong)
    for (person_id, factors), count in sorted(weak.items()):
        why = f"by {factors.replace('_', ' ')} alone" if factors else "with one factor"
        name, id_ = names.get(person_id, person_id), f"{person_id} {factors}"
        yield Row(id_, name, False, why, page_of(person_id), count, is_personal=True)


def _elsewhere(imported: Imported) -> Iterator[Row]:
    if strong := max(0, imported.total - imported.weak_total):
        yield Row("strong", "sign-ins with two factors", is_met=True, count=strong)
    weak = Counter((one.user, one.why) for one in imported.weak)
    for (user, why), count in sorted(weak.items()):
        yield Row(f"{user} {why}", user or "unnamed", False, why, "/console/search", count, is_personal=True)
    if further := imported.weak_total - len(imported.weak):
        yield Row("further", "further sign-ins", False, "weak, and too many to be listed", "/console/search", further)


CONTROL: Final = Control(
    id="I9",
    phase=Phase.IDENTITY,
    title="Weak ways to sign in are closed",
    demands="No sign-in succeeds by text message, password alone, code alone, or a legacy mail protocol.",
    figure="successful sign-ins of the last 30 days, at Limen and at connected providers, that were none of these",
    closes="It is all of them.",
    why="Attackers try the weakest way first, and one forgotten mail protocol is enough for them.",
    how="Block legacy authentication at the provider, and remove passwords that stand alone in factors.yaml.",
    page="/console/factors",
    minutes=30,
    weight=4,
    measure=measure,
)
