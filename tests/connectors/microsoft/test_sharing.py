"""Who is let at documents of Microsoft 365: against an emulator of Graph's contract, which is not Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from tests.emulators.graph_drives import DRIVE, SITE, GraphDrive, graph_drive
from tests.emulators.vendor import asking

from limen.connectors.microsoft.drives import Drives
from limen.connectors.microsoft.sharing import MicrosoftSharing, _permission
from limen.connectors.sharing import NOBODY_KNOWN, Scope, SharedItem
from limen.connectors.vendor_client import VendorError

WHERE = "harbor.sharepoint.com/sites/finance"
LINK = {"id": "l1", "link": {"scope": "anonymous"}}


@asynccontextmanager
async def sharing() -> AsyncIterator[tuple[GraphDrive, MicrosoftSharing]]:
    async with graph_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        yield vendor, MicrosoftSharing(Drives(asked.client, "token-1", lambda _origin: asked.client), WHERE)


async def seen(drive: MicrosoftSharing, cursor: str) -> tuple[list[SharedItem], list[str], str]:
    items, gone = [], []
    while True:
        page = await drive.page(cursor)
        items += page.items
        gone += page.gone
        cursor = page.cursor
        if page.is_last:
            return items, gone, cursor


async def test_from_now_on_and_everything() -> None:
    async with sharing() as (vendor, drive):
        vendor.folder("F", "Reports")
        vendor.put("A", "a.txt", b"a", "F")
        vendor.put("B", "b.txt", b"b")
        begin = await drive.begin()
        assert await seen(drive, begin) == ([], [], begin)
        every, _, _ = await seen(drive, "")
        assert [(one.key, one.is_folder, one.is_shared) for one in every] == [
            (f"{DRIVE}/F", True, False),
            (f"{DRIVE}/A", False, False),
            (f"{DRIVE}/B", False, False),
        ]
        vendor.share("A", LINK, by="Vera@Partner.example")
        vendor.delete("B")
        (changed,), gone, after = await seen(drive, begin)
        assert (changed.key, changed.by, changed.is_shared, gone) == (
            f"{DRIVE}/A",
            "vera@partner.example",
            True,
            [f"{DRIVE}/B"],
        )
        assert (await seen(drive, after))[:2] == ([], [])
        vendor.too_old = 100
        with pytest.raises(VendorError) as old:
            await drive.page(after)
        with pytest.raises(VendorError) as garbled:
            await drive.page("{")
        assert (old.value.status, garbled.value.status) == (410, 410)


async def test_permissions_and_their_end() -> None:
    async with sharing() as (vendor, drive):
        vendor.folder("F", "Reports")
        vendor.put("A", "a.txt", b"a", "F")
        vendor.share("F", LINK)
        item = await drive.item(f"{DRIVE}/A")
        (inherited,) = await drive.permissions(item)
        assert (inherited.scope, inherited.of) == (Scope.ANYONE, f"{DRIVE}/F")
        assert [one.key async for one in drive.within(f"{DRIVE}/F")] == [f"{DRIVE}/A"]
        await drive.remove(f"{DRIVE}/F", "l1")
        assert await drive.permissions(item) == ()
        with pytest.raises(VendorError) as gone:
            await drive.remove(f"{DRIVE}/F", "l1")
        vendor.may_write = False
        with pytest.raises(VendorError) as forbidden:
            await drive.remove(f"{DRIVE}/F", "l1")
        assert (gone.value.status, forbidden.value.status) == (404, 403)


def user(**told: str) -> dict[str, Any]:
    return {"id": "1", "grantedToV2": {"user": told}}


def of_site(login: str, **user: str) -> dict[str, Any]:
    return {"id": "1", "grantedToV2": {"user": user, "siteUser": {"loginName": login}}}


@pytest.mark.parametrize(
    ("told", "people", "scope"),
    [
        (user(email="Tom@harbor.example"), {"tom@harbor.example"}, Scope.NAMED),
        (user(displayName="Tom"), {NOBODY_KNOWN}, Scope.NAMED),
        (of_site("i:0#.f|membership|tom@harbor.example", displayName="Tom"), {"tom@harbor.example"}, Scope.NAMED),
        (
            of_site("i:0#.f|membership|v_partner.example#EXT#@harbor.onmicrosoft.com", email="v@harbor.example"),
            {"v@partner.example"},
            Scope.NAMED,
        ),
        (
            of_site("i:0#.f|membership|odd#ext#@h.onmicrosoft.com", email="v@harbor.example"),
            {NOBODY_KNOWN},
            Scope.NAMED,
        ),
        (of_site("c:0(.s|true", displayName="Everyone"), {NOBODY_KNOWN}, Scope.NAMED),
        (of_site("c:0-.f|rolemanager|spo-grid-all-users/1", displayName="All"), set(), Scope.COMPANY),
        ({"id": "1", "grantedToV2": {"siteGroup": {"displayName": "Finance Members"}}}, set(), Scope.NAMED),
        ({"id": "1", "invitation": {"email": "V@partner.example"}}, {"v@partner.example"}, Scope.NAMED),
        ({"id": "1", "invitation": {"signInRequired": True}}, {NOBODY_KNOWN}, Scope.NAMED),
        ({"id": "1", "link": {"scope": "organization"}}, set(), Scope.COMPANY),
        (
            {
                "id": "1",
                "link": {"scope": "users"},
                "grantedToIdentitiesV2": [{"user": {"email": "v@partner.example"}}],
            },
            {"v@partner.example"},
            Scope.NAMED,
        ),
        ({"id": "1", "grantedToIdentitiesV2": "nonsense", "link": 7}, set(), Scope.NAMED),
    ],
)
def test_whom_a_permission_means(told: dict[str, Any], people: set[str], scope: Scope) -> None:
    made = _permission("d", told, "mia@harbor.example")
    assert (made.people, made.scope, made.by) == (people, scope, "mia@harbor.example")


async def test_who_invited_is_who_shared_and_an_owner_without_address_is_nobody_outside() -> None:
    async with sharing() as (vendor, drive):
        vendor.put("A", "a.txt", b"a")
        inviting = {"email": "v@partner.example", "invitedBy": {"user": {"email": "Tom@harbor.example"}}}
        vendor.share("A", {"id": "p1", "invitation": inviting})
        vendor.share("A", {"id": "p2", "roles": ["owner"], "grantedToV2": {"user": {"displayName": "Mia"}}})
        vendor.share("A", {"id": "p3", "roles": ["owner"], "grantedToV2": {"user": {"email": "v@partner.example"}}})
        found = await drive.permissions(await drive.item(f"{DRIVE}/A"))
        assert [(one.id, one.by) for one in found] == [("p1", "tom@harbor.example"), ("p3", "mia@harbor.example")]


async def test_a_drive_that_is_new_is_told_as_a_whole() -> None:
    async with sharing() as (vendor, drive):
        vendor.put("A", "a.txt", b"a")
        items, _, _ = await seen(drive, '{"links": {"b!gone": "x"}, "left": []}')
        assert [one.name for one in items] == ["a.txt"]


async def test_a_list_that_leads_to_itself_or_elsewhere_ends() -> None:
    async with sharing() as (vendor, drive):
        vendor.put("A", "a.txt", b"a")
        begin = await drive.begin()
        for link in (f"{vendor.origin}/v1.0/drives/{DRIVE}/root/delta?begin=1", "https://evil.example/delta"):
            answer = {"value": [], "@odata.nextLink": link}
            vendor.refusals = [
                web.json_response({"id": SITE}),
                web.json_response({"value": [{"id": DRIVE}]}),
                web.json_response(answer),
            ]
            cursor = (await drive.page(begin)).cursor if "evil" in link else begin
            with pytest.raises(VendorError) as wrong:
                await drive.page(cursor)
            assert wrong.value.word == "garbage"
            vendor.refusals = []
