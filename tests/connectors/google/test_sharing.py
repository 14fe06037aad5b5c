"""Who is let at documents of Google Drive: against an emulator of Drive's contract, which is not Google."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from tests.emulators.google_drive import FOLDER, MIA, WRITING, GoogleFiles, google_drive
from tests.emulators.vendor import asking

from limen.connectors.google.drive import GoogleDrive
from limen.connectors.google.sharing import GoogleSharing
from limen.connectors.sharing import NOBODY_KNOWN, Scope, SharedItem
from limen.connectors.vendor_client import VendorError

OTHERS = {"owners": [{"emailAddress": "vera@partner.example"}]}


@asynccontextmanager
async def sharing(shared: str = "") -> AsyncIterator[tuple[GoogleFiles, GoogleSharing]]:
    async with google_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        vendor.scopes["Bearer token-1"] = WRITING
        yield vendor, GoogleSharing(GoogleDrive(asked.client, "token-1", shared), "" if shared else MIA)


async def seen(drive: GoogleSharing, cursor: str) -> tuple[list[SharedItem], list[str], str]:
    items, gone = [], []
    while True:
        page = await drive.page(cursor)
        items += page.items
        gone += page.gone
        cursor = page.cursor
        if page.is_last:
            return items, gone, cursor


async def test_from_now_on_and_everything_of_ones_own() -> None:
    async with sharing() as (vendor, drive):
        vendor.put("f", "HR", mime=FOLDER)
        vendor.put("a", "a.txt", b"a", parent="f")
        vendor.put("b", "b.txt", b"b")
        vendor.put("c", "theirs.txt", b"c", **OTHERS)
        begin = await drive.begin()
        every, _, _ = await seen(drive, "")
        assert [(one.key, one.is_folder, one.parent, one.by) for one in every] == [
            ("f", True, "", MIA),
            ("a", False, "f", MIA),
            ("b", False, "", MIA),
        ]
        assert (await seen(drive, begin))[:2] == ([], [])
        vendor.share("a", {"type": "anyone"})
        vendor.share("c", {"type": "anyone"})
        vendor.put("b", "b.txt", b"b", trashed=True)
        (changed,), gone, after = await seen(drive, begin)
        assert (changed.key, gone) == ("a", ["b"])
        vendor.too_old = 100
        with pytest.raises(VendorError) as old:
            await drive.page(after)
        vendor.refusals = [web.json_response({}, status=400)]
        with pytest.raises(VendorError) as refused:
            await drive.page(after)
        assert (old.value.status, refused.value.status) == (410, 410)


async def test_permissions_and_their_end() -> None:
    async with sharing() as (vendor, drive):
        vendor.put("f", "HR", mime=FOLDER)
        vendor.put("a", "a.txt", b"a", parent="f")
        vendor.share("f", {"type": "anyone"})
        vendor.share("a", {"type": "user", "emailAddress": "Vera@Partner.example"})
        vendor.share("a", {"type": "domain", "domain": "Other.example"})
        vendor.share("a", {"type": "group"})
        item = await drive.item("a")
        found = {(one.scope, one.people, one.domains, one.of) for one in await drive.permissions(item)}
        assert found == {
            (Scope.ANYONE, frozenset(), frozenset(), "f"),
            (Scope.NAMED, frozenset({"vera@partner.example"}), frozenset(), ""),
            (Scope.NAMED, frozenset(), frozenset({"other.example"}), ""),
            (Scope.NAMED, frozenset({NOBODY_KNOWN}), frozenset(), ""),
        }
        assert [one.key async for one in drive.within("f")] == ["a"]
        assert [piece async for piece in drive.content(item)] == [b"a"]
        await drive.remove("f", "anyoneWithLink")
        with pytest.raises(VendorError) as gone:
            await drive.remove("f", "anyoneWithLink")
        with pytest.raises(VendorError):
            await drive.remove("f", "../../files/a")
        vendor.put("a", "a.txt", b"a", trashed=True)
        with pytest.raises(VendorError) as binned:
            await drive.item("a")
        assert (gone.value.status, binned.value.status, vendor.removed) == (404, 404, [("f", "anyoneWithLink")])


async def test_what_google_gives_in_no_form_is_not_read() -> None:
    async with sharing() as (_, drive):
        form = SharedItem("a", "survey", mime="application/vnd.google-apps.form")
        with pytest.raises(VendorError) as wrong:
            [piece async for piece in drive.content(form)]
        assert wrong.value.status == 403


async def test_of_a_shared_drive_nobody_is_said_to_have_shared() -> None:
    async with sharing("0AHarborSharedDrive") as (vendor, drive):
        vendor.put("a", "a.txt", b"a", **OTHERS)
        (item,), _, _ = await seen(drive, "")
        assert (item.by, item.is_shared) == ("", True)


async def test_lists_that_lead_to_themselves_end() -> None:
    async with sharing() as (vendor, drive):
        for cursor, answer in (("7", {"changes": [], "nextPageToken": "7"}), ("list:7", {"nextPageToken": "7"})):
            vendor.refusals = [web.json_response(answer)]
            with pytest.raises(VendorError) as wrong:
                await drive.page(cursor)
            assert wrong.value.word == "garbage"
        endless = {"permissions": [{"id": "1", "type": "anyone"}] * 100, "nextPageToken": "7"}
        vendor.refusals = [web.json_response(endless) for _ in range(50)]
        (one,) = await drive.permissions(SharedItem("a", "a.txt"))
        assert (one.id, one.scope) == (NOBODY_KNOWN, Scope.ANYONE)
