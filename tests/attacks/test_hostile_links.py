"""What somebody who shares documents, or a vendor that lies, can make of the watch over links: no way around it.

The rest is beside what it attacks: guests with an address of the company, lists that lead to themselves or elsewhere
(`tests/connectors/microsoft/test_sharing.py` and `google`), documents that drip or never end
(`tests/data/links/test_looking.py`), mails that name no document (`test_letters.py`), links of others on the page
(`tests/web/data/test_mine.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.data.links.linked import ANYONE, CARDS, TOM, VERA, Linked, linked
from tests.emulators.graph_drives import DRIVE, SITE

from limen.clock import DAY, HOUR, MINUTE
from limen.connectors import sharing
from limen.connectors.microsoft import sharing as of_microsoft
from limen.data.links import watching
from limen.data.rules.model import Step

GUEST = {
    "id": "p-guest",
    "grantedToV2": {
        "user": {"email": "boss@harbor.example", "displayName": "The boss"},
        "siteUser": {"loginName": "i:0#.f|membership|boss_partner.example#ext#@harbor.onmicrosoft.com"},
    },
}


async def shared(at: Linked, permission: dict[str, Any] = ANYONE, name: str = "cards.txt") -> None:
    at.vendor.put("A", name, CARDS)
    await at.look()
    at.vendor.share("A", permission)


async def test_a_document_that_is_swapped_after_its_link_was_judged_is_judged_again(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "plan.txt", b"nothing")
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        assert at.states() == {"link-1": "passes"}
        at.vendor.put("A", "plan.txt", CARDS, shared={"scope": "anonymous"})
        await at.look()
        assert at.vendor.removed == [("A", "link-1")]


async def test_nobody_keeps_a_link_standing_by_changing_the_document_each_day(tmp_path: Path) -> None:
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        await shared(at)
        await at.look()
        first = at.links()["link-1"].due_at
        for body in (b"nothing", CARDS + b"!", b"nothing", CARDS + b"?"):
            at.now += 5 * HOUR
            at.vendor.put("A", "cards.txt", body, shared={"scope": "anonymous"})
            await at.look()
        assert (at.links()["link-1"].due_at, len(at.asked_of)) == (first, 3)
        at.now = first
        await at.look()
        assert at.vendor.removed == [("A", "link-1")]
        for number in range(3):  # nor by making it again and again
            at.vendor.share("A", {**ANYONE, "id": f"again-{number}"})
            await at.look()
        assert len(at.vendor.removed) == 4


async def test_a_link_that_is_made_while_limen_looks_first_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with linked(tmp_path) as at:
        for number in range(5):
            at.vendor.put(f"I{number}", f"{number}.txt", CARDS)
        monkeypatch.setattr(watching, "TURN_SECONDS", -1.0)
        await at.look()
        at.vendor.share("I0", ANYONE)  # behind the walk,
        at.vendor.share("I4", VERA)  # and before it
        monkeypatch.undo()
        await at.look()
        assert sorted(at.vendor.removed) == [("I0", "link-1"), ("I4", "p-vera")]


async def test_a_link_that_comes_and_goes_between_two_looks_breaks_nothing(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        await shared(at)
        at.vendor.unshare("A", "link-1")
        await at.look()
        assert (at.links(), at.events) == ({}, [])
        at.vendor.share("A", ANYONE)
        at.vendor.delete("A")
        await at.look()
        at.vendor.put("B", "b.txt", CARDS)
        at.vendor.share("B", VERA)
        del at.vendor.bodies["B"]  # it is gone when it is looked into
        await at.look()
        assert (at.links(), at.vendor.removed[1:]) == ({}, [])


async def test_a_guest_with_an_address_of_the_company_is_outside(tmp_path: Path) -> None:
    async with linked(tmp_path, only_outside=True) as at:
        await shared(at, GUEST)
        at.vendor.share("A", TOM)
        await at.look()
        assert at.vendor.removed == [("A", "p-guest")]


async def test_pages_without_end_keep_nothing_standing_that_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_PAGES", 5)
    async with linked(tmp_path, step=Step.WARN, may_justify=True) as at:
        await shared(at)
        await at.look()

        async def endless(drive: of_microsoft.MicrosoftSharing, cursor: str) -> sharing.SharingPage:
            return sharing.SharingPage((), (), f"{cursor}x", is_last=False)

        monkeypatch.setattr(of_microsoft.MicrosoftSharing, "page", endless)
        seen = at.kept().looked_at
        at.now += DAY
        await at.look()
        assert (at.vendor.removed, at.kept().looked_at) == ([("A", "link-1")], seen)


async def test_a_vendor_that_says_it_did_and_did_not_is_not_believed_nor_asked_for_ever(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.keeps = True
        await shared(at)
        for _ in range(5):
            await at.look()
        assert (at.states(), at.links()["link-1"].cannot) == ({"link-1": "stands"}, "refused")
        assert (len(at.vendor.removed), at.kinds(), len(at.protection.noted)) == (1, ["data.link_stands"], 1)


async def test_a_permission_whose_id_leads_elsewhere_ends_nothing_else(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("B", "b.txt", b"b")
        at.vendor.share("B", VERA)
        await shared(at, {**ANYONE, "id": "../../B/permissions/p-vera"})
        at.vendor.share("A", {**ANYONE, "id": ""})
        await at.look()
        assert (at.vendor.removed, {one.cannot for one in at.links().values() if one.event}) == ([], {"refused"})


async def test_who_hides_whom_a_document_is_shared_with_has_shared_it_with_anybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with linked(tmp_path) as at:
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()

        async def hidden(*_: object) -> None:
            raise sharing_error

        sharing_error = watching.VendorError("not-allowed", 403)
        monkeypatch.setattr(of_microsoft.MicrosoftSharing, "permissions", hidden)
        at.vendor.share("A", TOM)
        await at.look()
        (link,) = at.links().values()
        assert (link.state, link.cannot, at.protection.noted[0][0].outside >= {"anyone"}) == (
            "stands",
            "of-drive",
            True,
        )


async def test_while_a_vendor_wants_to_be_left_alone_nothing_is_judged_and_nothing_forgotten(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        await shared(at)
        wait = web.Response(status=429, headers={"retry-after": "9999"})
        at.vendor.refusals = [
            web.json_response({"token_type": "Bearer", "access_token": "token-1"}),
            web.json_response({"id": SITE}),
            web.json_response({"value": [{"id": DRIVE}]}),
            wait,
        ]
        await at.watch().look(at.store)
        assert (at.links(), at.protection.noted, at.told.said[-1][0]) == ({}, [], "finance")
        at.told.said.clear()
        at.now += MINUTE
        await at.look()
        assert at.vendor.removed == [("A", "link-1")]


@pytest.mark.parametrize("broken", ["judge", "note", "asks"])
async def test_where_limen_fails_nothing_is_taken_away_and_it_is_judged_later(tmp_path: Path, broken: str) -> None:
    async with linked(tmp_path) as at:
        await shared(at)
        at.protection.broken = {broken}
        if broken == "asks":
            with pytest.raises(RuntimeError):
                await at.watch().look(at.store)
        else:
            await at.look()
        assert at.vendor.removed == []
        at.protection.broken = set()
        at.told.said.clear()
        await at.look()
        assert at.vendor.removed == [("A", "link-1")]


async def test_no_name_or_address_is_in_an_event(tmp_path: Path) -> None:
    name = "salary of \x1b[31mEva\u202e<script>.txt"
    async with linked(tmp_path) as at:
        await shared(at, VERA, name)
        await at.look()
        told = repr(at.events)
        assert [one in told for one in ("salary", "Eva", "vera@partner.example", "link-1")] == [False] * 4
        assert at.links()["p-vera"].name.isprintable()
