"""Under a rule that warns, and without a reason, a document is shared for a day and no longer, whatever is done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from hypothesis import given, settings, strategies as st
from tests.data.links.linked import FINANCE
from tests.dial import size

from limen.clock import HOUR
from limen.connectors.sharing import SharedItem
from limen.data.documents import Inspected
from limen.data.inventory.model import Audience
from limen.data.links.considering import Sight, new_of, once_ended
from limen.data.links.judging import Judging
from limen.data.links.model import STANDS_FOR, Given, KeptLink, LinkState, Why
from limen.data.rules.model import Judged, Passing, Step

NOW: Final = 1_800_000_000_000
ACTIONS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 23)),
        st.tuples(st.sampled_from(["card", "clean", "link", "unlink", "widen"]), st.just(0)),
    ),
    min_size=12,
    max_size=40,
)


class Warns:
    """Warns of every document that is sensitive."""

    def asks(self, _passing: Passing) -> bool:
        return True

    async def inspect(self, *_: object) -> Inspected:
        raise AssertionError

    def judge(self, _passing: Passing, inspected: Inspected) -> Judged:
        is_sensitive = inspected.kind == "card"
        return Judged(Step.WARN, ("cards",), may_justify=True) if is_sensitive else Judged(Step.ALLOW)

    async def note(self, *_: object, **__: object) -> str:
        return "e1"


class World:
    """One document, as somebody shares it, with what Limen keeps of it. Time goes in hours, with a look in each."""

    def __init__(self) -> None:
        self.now, self.kind, self.version, self.made = NOW, "card", 0, 0
        self.link: Given | None = None
        self.kept: dict[str, KeptLink] = {}
        self.hours_shared = 0
        self.judging = Judging(Warns(), lambda _: "p_mia", lambda *_: False)

    def do(self, what: str, hours: int) -> None:
        if what in {"card", "clean"}:
            self.kind, self.version = what, self.version + 1
        elif what == "unlink":
            self.link = None
        elif what in {"link", "widen"}:
            self.made += what == "link"
            domains = ("partner.example",) if what == "link" else ("partner.example", f"{self.version}.example")
            self.link = Given(f"l{self.made}", "A", Audience.OUTSIDE, domains, frozenset(domains))
        for _ in range(hours):
            self.look()
            self.now += HOUR
            self.hours_shared += self.link is not None and self.kind == "card"
        self.look()

    def look(self) -> None:
        for one in list(self.kept.values()):
            if one.state is LinkState.WAITS and one.due_at <= self.now:
                self._take(one)
        item = SharedItem("A", "a.txt", version=str(self.version))
        given = [] if self.link is None else [self.link]
        for one in list(self.kept.values()):
            if one.permission not in {each.permission for each in given}:
                left = once_ended(one, self.now)
                self.kept.pop(one.id)
                self.kept |= {} if left is None else {left.id: left}
        known = list(self.kept.values())
        new = new_of(given, known, item, Sight())
        groups = self.judging.groups(FINANCE, item, new)
        judged = self.judging.judged(FINANCE, item, Inspected(self.kind), groups, known, self.now)
        for one in asyncio.run(judged):
            self.kept[one.id] = one
            if one.state is LinkState.STANDS:
                self._take(one)

    def _take(self, link: KeptLink) -> None:
        self.kept[link.id] = replace(
            link, state=LinkState.REMOVED, why=link.why or Why.UNJUSTIFIED, made_at=self.now, due_at=0
        )
        if self.link is not None and self.link.permission == link.permission:
            self.link = None


@settings(max_examples=size(200, 40), deadline=None)
@given(ACTIONS)
def test_it_is_shared_for_a_day_and_no_longer(actions: list[tuple[str, int]]) -> None:
    world = World()
    for what, hours in actions:
        world.do(what, hours)
    days = (world.now - NOW) // (29 * STANDS_FOR) + 1  # after 30 days nobody remembers
    assert world.hours_shared * HOUR <= days * (STANDS_FOR + HOUR * 2)
