"""A link that may not stand ends, or it is said why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.links.linked import ANYONE, CARDS, MIAS, linked

from limen.clock import HOUR, MINUTE
from limen.data.inventory.model import Audience
from limen.data.links.model import KeptLink, LinkState
from limen.data.links.taking_away import others_outside


async def test_where_the_company_gave_reading_alone_it_says_what_is_missing_and_tries_again(tmp_path: Path) -> None:
    async with linked(tmp_path) as at:
        at.vendor.may_write = False
        at.vendor.put("A", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("A", ANYONE)
        await at.look()
        link = at.links()["link-1"]
        assert (link.state, link.why, link.cannot) == (LinkState.STANDS, "stopped", "no-right")
        (event,) = at.events
        assert (event.kind, event.details["cannot"]) == ("data.link_stands", "no-right")
        assert "ReadWrite.All" in str(event.details["needs"])
        at.now += HOUR
        await at.look()
        assert len(at.events) == 1  # said once
        at.vendor.may_write = True
        at.now += HOUR + MINUTE
        await at.look()
        assert (at.vendor.removed, at.kinds()) == ([("A", "link-1")], ["data.link_stands", "data.link_removed"])


async def test_of_google_the_scope_is_named(tmp_path: Path) -> None:
    async with linked(tmp_path, MIAS) as at:
        at.vendor.put("a", "cards.txt", CARDS)
        await at.look()
        at.vendor.share("a", {"type": "anyone"})
        await at.look()
        assert (at.states(), at.events[0].details["needs"]) == (
            {"anyoneWithLink": "stands"},
            "https://www.googleapis.com/auth/drive",
        )


@pytest.mark.parametrize("inherited", [True, False])
async def test_what_comes_with_a_whole_drive_is_said_to_be_that(tmp_path: Path, inherited: bool) -> None:
    async with linked(tmp_path, MIAS) as at:
        at.vendor.may_write = True
        at.vendor.put("a", "cards.txt", CARDS)
        await at.look()
        member = [{"permissionType": "member", "inherited": True, "inheritedFrom": "0ADrive"}]
        member += [] if inherited else [{"permissionType": "file", "inherited": False}]
        at.vendor.share("a", {"type": "user", "emailAddress": "v@partner.example", "permissionDetails": member})
        await at.look()
        (link,) = at.links().values()
        assert (link.state, link.cannot) == (("stands", "of-drive") if inherited else ("removed", ""))


def test_the_rest_of_a_quarantined_document_ends_with_the_same_event() -> None:
    link = KeptLink("dl_1", "finance", "A", "a", "p", "A", "a.txt", "1", Audience.OUTSIDE, state=LinkState.STOOD)
    (due,) = others_outside([link], "e1", 5)
    assert (due.state, due.why, due.event, due.due_at) == (LinkState.STANDS, "quarantined", "e1", 5)
