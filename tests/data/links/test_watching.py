"""Links of a site are seen, judged and taken away, and nothing is missed or done twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.links.linked import ANYONE, CARDS, COMPANY, FINANCE, TOM, VERA, linked

from limen.clock import DAY, MINUTE
from limen.data.links import watching
from limen.data.rules.model import Step


async def test_a_link_is_judged_within_a_look_and_taken_away(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        at.vendor.put("B", "plain.txt", b"nothing")
        await at.look()
        assert at.links() == {}
        at.vendor.share("A", ANYONE)
        at.vendor.share("A", TOM)
        at.vendor.share("B", VERA)
        await at.look()
        assert at.vendor.removed == [("A", "link-1")]
        assert at.states() == {"link-1": "removed", "p-vera": "passes"}
        ((passing, judged, passed, why),) = at.protection.noted
        assert (passing.channel, passing.person, passing.app, passing.name) == ("link", "p_mia", "finance", "cards.txt")
        assert (passing.outside, judged.step, passed, why) == (frozenset({"anyone"}), Step.BLOCK, False, "")
        (event,) = at.events
        assert (event.kind, event.subject, event.details["event"]) == ("data.link_removed", "p_mia", "e1")
        looks = at.protection.looks
        await at.look()
        assert (at.protection.looks, len(at.protection.noted), at.kept().looked_at) == (looks, 1, at.now)


async def test_what_was_shared_before_the_first_look_stands_until_it_changes(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        at.vendor.put("B", "more.txt", CARDS)
        at.vendor.share("A", ANYONE)
        at.vendor.share("B", VERA)
        await at.look()
        assert at.states() == {"link-1": "stood", "p-vera": "stood"}
        at.vendor.put("A", "cards.txt", CARDS + b" too", shared={"scope": "anonymous"})
        await at.look()
        assert at.states() == {"link-1": "removed", "p-vera": "stood"}


async def test_nothing_is_missed_over_a_restart_nor_where_the_vendor_forgot(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        at.vendor.put("B", "old.txt", CARDS)
        at.vendor.share("B", VERA)
        await at.look()
        at.vendor.share("A", ANYONE)
        at.vendor.too_old = len(at.vendor.log)
        await at.look()  # 410: begins anew
        await at.look()
        assert at.states() == {"link-1": "removed", "p-vera": "stood"}
        assert at.kept().looked_at == at.now


async def test_a_turn_that_is_cut_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "TURN_SECONDS", -1.0)
    async with linked(tmp_path) as at:
        for number in range(5):
            at.vendor.put(f"I{number}", f"{number}.txt", b"nothing")
        for _ in range(4):
            await at.look()
        for number in range(5):
            at.vendor.share(f"I{number}", {**ANYONE, "id": f"l{number}"})
        await at.look()
        assert len(at.links()) == 2
        await at.look()
        await at.look()
        assert (len(at.links()), at.protection.looks) == (5, 5)


async def test_only_stores_of_clouds_of_which_a_rule_asks_are_looked_at(tmp_path: Path) -> None:
    async with linked(tmp_path, is_asked=False) as at:
        watch = at.watch()
        await watch.look_due()
        assert (watch.watched(), at.vendor.asked) == ({}, [])
        at.protection.is_asked = True
        await watch.look_due()
        assert (list(watch.watched()), at.kept().looked_at) == (["finance"], at.now)
        asked = len(at.vendor.asked)
        await watch.look_due()
        assert len(at.vendor.asked) == asked  # a minute has not passed
        at.now += MINUTE
        await watch.look_due()
        assert len(at.vendor.asked) > asked
        at.protection.is_asked = False
        await watch.look_due()
        assert at.database.read(lambda s: watching.kept_links.stores(s.connection)) == {}


async def test_a_store_without_a_secret_says_so_once(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.store = type(FINANCE)(**{**{name: getattr(FINANCE, name) for name in FINANCE.__slots__}, "client": "other"})
        await at.watch().look(at.store)
        await at.watch().look(at.store)
        assert at.told.said == [("finance", watching.LACKS.format(name="finance"))]


async def test_a_link_for_the_whole_company_is_no_link_outside(tmp_path: Path) -> None:
    async with linked(tmp_path, only_outside=True) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", COMPANY)
        await at.look()
        assert (at.states(), at.vendor.removed) == ({"link-2": "passes"}, [])
        at.vendor.share("A", VERA)
        await at.look()
        assert at.vendor.removed == [("A", "p-vera")]


async def test_a_warning_lets_it_stand_a_day(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        link = at.links()["link-1"]
        assert (at.states(), link.due_at - at.now, [one.id for one in at.asked_of]) == (
            {"link-1": "waits"},
            DAY,
            [link.id],
        )
        at.now = link.due_at - 2 * MINUTE
        await at.look()
        assert at.vendor.removed == []
        await at.look()
        assert (at.vendor.removed, at.states(), at.links()["link-1"].why) == (
            [("A", "link-1")],
            {"link-1": "removed"},
            "unjustified",
        )
        at.vendor.share("A", {**ANYONE, "id": "link-3"})  # whoever was told once is not told again
        await at.look()
        assert (at.states()["link-3"], len(at.asked_of)) == ("removed", 1)


async def test_a_warning_ends_with_who_could_have_answered(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        at.left.add("p_mia")
        await at.look()
        assert at.states() == {"link-1": "removed"}
