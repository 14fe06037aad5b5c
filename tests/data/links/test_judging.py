"""What becomes of links to one document: judged by circle, and by what was said and done before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.data.doors.protecting import CARD, OwnProtection
from tests.data.links.linked import FINANCE

from limen.clock import DAY, MINUTE
from limen.connectors.sharing import SharedItem
from limen.data.inventory.model import Audience
from limen.data.links.judging import MOST_GROUPS, Judging, readable
from limen.data.links.model import REMEMBERED_FOR, Given, KeptLink, LinkState, Why
from limen.data.rules.model import Step

NOW = 1_800_000_000_000
ITEM = SharedItem("d/A", "cards.txt", version="1")
PARTNER = Given("p", "d/A", Audience.OUTSIDE, ("partner.example",), frozenset({"v@partner.example"}), "mia@x")
OPEN = Given("o", "d/A", Audience.ANYONE, (), frozenset({"anyone"}), "mia@x")


def judging(protection: OwnProtection) -> Judging:
    return Judging(protection, lambda address: {"mia@x": "p_mia"}.get(address, ""), lambda *_: False)


async def judged(protection: OwnProtection, *given: Given, known: tuple[KeptLink, ...] = ()) -> list[KeptLink]:
    asks = judging(protection)
    inspected = await protection.inspect(CARD)
    return await asks.judged(FINANCE, ITEM, inspected, asks.groups(FINANCE, ITEM, given), known, NOW)


WARNS = OwnProtection(step=Step.WARN, may_justify=True)


async def test_each_circle_is_judged_by_itself_and_what_is_alike_together() -> None:
    protection = OwnProtection(step=Step.WATCH)
    found = await judged(protection, PARTNER, replace(PARTNER, permission="p2"), OPEN)
    assert [(one.permission, one.event, one.state) for one in found] == [
        ("p", "e1", "passes"),
        ("p2", "e1", "passes"),
        ("o", "e2", "passes"),
    ]
    many = [replace(PARTNER, permission=str(one), outside=frozenset({f"{one}@p.example"})) for one in range(99)]
    (group,) = judging(protection).groups(FINANCE, ITEM, many)
    assert (len(group.given), len(group.passing.outside), group.passing.person) == (99, 99, "p_mia")
    assert len(judging(protection).groups(FINANCE, ITEM, many[:MOST_GROUPS])) == MOST_GROUPS


@pytest.mark.parametrize(
    ("step", "state", "why"),
    [
        (Step.WATCH, LinkState.PASSES, ""),
        (Step.WARN, LinkState.WAITS, ""),
        (Step.BLOCK, LinkState.STANDS, Why.STOPPED),
        (Step.QUARANTINE, LinkState.STANDS, Why.QUARANTINED),
    ],
)
async def test_steps(step: Step, state: LinkState, why: str) -> None:
    ((one,),) = [await judged(OwnProtection(step=step), OPEN)]
    assert (one.state, one.why, one.person_id) == (state, why, "p_mia")


async def test_nobody_known_is_nobody() -> None:
    (one,) = await judged(WARNS, replace(OPEN, by="stranger@elsewhere.example"))
    assert one.person_id == ""


async def test_where_judging_fails_it_is_judged_again() -> None:
    (one,) = await judged(OwnProtection(broken={"note"}), OPEN)
    assert (one.state, one.event) == (LinkState.AGAIN, "")


async def test_who_changes_the_document_or_makes_the_link_anew_wins_no_time() -> None:
    (first,) = await judged(WARNS, OPEN)
    assert first.due_at == NOW + DAY
    earlier = replace(first, due_at=NOW + MINUTE)
    for state in (LinkState.WAITS, LinkState.PASSES, LinkState.AGAIN):
        (again,) = await judged(WARNS, OPEN, known=(replace(earlier, state=state),))
        assert (again.id, again.state, again.due_at) == (first.id, LinkState.WAITS, NOW + MINUTE)
    gone = replace(first, permission="x", state=LinkState.REMOVED, why=Why.UNJUSTIFIED, made_at=NOW - DAY)
    (anew,) = await judged(WARNS, OPEN, known=(gone,))
    assert (anew.state, anew.why, anew.due_at) == (LinkState.STANDS, Why.UNJUSTIFIED, NOW)
    (late,) = await judged(WARNS, OPEN, known=(replace(gone, made_at=NOW - REMEMBERED_FOR),))
    assert late.state is LinkState.WAITS


async def test_a_reason_holds_for_the_same_document_and_no_wider_circle() -> None:
    said = replace((await judged(WARNS, PARTNER))[0], state=LinkState.JUSTIFIED, made_at=NOW, id="dl_1")
    assert [one.state for one in await judged(WARNS, PARTNER, known=(said,))] == [LinkState.PASSES]
    other = replace(PARTNER, domains=("evil.example",), outside=frozenset({"a@evil.example"}))
    for given, known in (
        (OPEN, said),
        (other, said),
        (PARTNER, replace(said, version="0")),
        (PARTNER, replace(said, made_at=NOW - REMEMBERED_FOR)),
    ):
        assert [one.state for one in await judged(WARNS, given, known=(known,))] == [LinkState.WAITS]
    assert [one.state for one in await judged(OwnProtection(), PARTNER, known=(said,))] == [LinkState.STANDS]


def test_names_are_lines() -> None:
    assert readable("a\nb\u202egpj.exe") == "a\ufffdb\ufffdgpj.exe"
    assert len(readable("x" * 9_000)) == 255
