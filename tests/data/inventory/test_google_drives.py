"""Drives of Google, walked through: against an emulator of Drive's contract, which is not Google."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openpyxl
import pytest
from tests.emulators.google_drive import DOCUMENT, FOLDER, MIA, SHARED, SHEET, GoogleFiles, google_drive, key_file
from tests.emulators.workspace import ADMIN

from limen.clock import from_iso
from limen.connectors.google import drive as of_google
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.data.documents import WhyNot
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import (
    Audience,
    Batch,
    Gone,
    Item,
    StartAgainError,
    Store,
    StoreKind,
    Unreadable,
    Walker,
)
from limen.enforcement.resolving import Resolver
from limen.facts import Label

NOW = from_iso("2026-11-27T09:00:00Z")
MIAS = Store("mia", StoreKind.GOOGLE_DRIVE, MIA, Label.INTERNAL)
TEAM = Store("team", StoreKind.GOOGLE_DRIVE, SHARED, Label.INTERNAL, client=ADMIN)


@asynccontextmanager
async def walking(vendor: GoogleFiles, store: Store = MIAS) -> AsyncIterator[Walker]:
    walkers = Walkers(
        lambda origin: VendorClient(origin, Resolver),
        ("harbor.example",),
        google_sign_in=vendor.origin,
        google=vendor.origin,
    )
    async with walkers.opened(store, key_file(), NOW) as walker:
        yield walker


async def walked(walker: Walker, cursor: str = "") -> tuple[dict[str, Item], list[Batch]]:
    batches = [one async for one in walker.batches(cursor)]
    return {item.path: item for batch in batches for item in batch.items}, batches


def filled(vendor: GoogleFiles) -> None:
    vendor.put("root", "My Drive", mime=FOLDER)
    vendor.put("hr", "HR", mime=FOLDER, parent="root")
    vendor.put("a", "plan.txt", b"Plan", parent="hr")
    vendor.put("b", "notes", b"Notes", mime=DOCUMENT, parent="root", permissions=[{"type": "anyone"}])
    named = [{"type": "group", "emailAddress": "all@partner.example"}, {"type": "domain", "domain": "harbor.example"}]
    vendor.put("c", "offer.txt", b"Offer", parent="root", permissions=named)


async def test_files_with_their_folders_and_whom_they_are_shared_with() -> None:
    async with google_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        found, _ = await walked(walker)
        assert vendor.acting == MIA
        assert {path: (one.audience, one.domains) for path, one in found.items()} == {
            "HR/plan.txt": (Audience.NAMED, ()),
            "notes": (Audience.ANYONE, ()),
            "offer.txt": (Audience.OUTSIDE, ("partner.example",)),
        }
        assert found["HR/plan.txt"].owner == MIA


async def test_content_in_pieces_and_googles_own_as_of_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_google, "PIECE", 3)
    async with google_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        read: dict[str, list[bytes]] = {}
        async for batch in walker.batches(""):
            for item in batch.items:
                read[item.path] = [piece async for piece in walker.body(item)]
        assert read == {"HR/plan.txt": [b"Pla", b"n"], "notes": [b"Notes"], "offer.txt": [b"Off", b"er"]}
        with pytest.raises(Gone):
            [piece async for piece in walker.body(Item("elsewhere", "x", 1, 0, ""))]


async def test_every_sheet_of_a_spreadsheet_is_read_and_what_google_keeps_back_is_said() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "totals"
    book.create_sheet("customers")["A1"] = "4111 1111 1111 1111"
    kept = io.BytesIO()
    book.save(kept)
    async with google_drive() as vendor, walking(vendor) as walker:
        vendor.put("a", "plan", kept.getvalue(), mime=SHEET)
        vendor.put("b", "survey", mime="application/vnd.google-apps.form")
        vendor.put("c", "shortcut", mime="application/vnd.google-apps.shortcut")
        async for batch in walker.batches(""):
            items = {item.path: item for item in batch.items}
            if "plan" in items:
                body = b"".join([piece async for piece in walker.body(items["plan"])])
                with pytest.raises(Unreadable) as unreadable:
                    [piece async for piece in walker.body(items["survey"])]
            else:
                assert [piece async for piece in walker.body(items["shortcut"])] == []
    assert unreadable.value.why_not is WhyNot.UNKNOWN_KIND
    assert openpyxl.load_workbook(io.BytesIO(body))["customers"]["A1"].value == "4111 1111 1111 1111"


async def test_only_changes_are_told_after_a_whole_walk() -> None:
    async with google_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        _, batches = await walked(walker)
        assert (await walked(walker, batches[-1].cursor))[0] == {}
        vendor.put("a", "plan.txt", b"Plan B", parent="hr")
        vendor.put("b", "notes", b"", mime=DOCUMENT, trashed=True)
        del vendor.files["c"]
        vendor.log.append("c")
        after, changed = await walked(walker, batches[-1].cursor)
        assert (list(after), [key for one in changed for key in one.gone]) == (["HR/plan.txt"], ["b", "c"])
        vendor.too_old = 100
        with pytest.raises(StartAgainError):
            await walked(walker, batches[-1].cursor)


async def test_a_shared_drive_is_open_to_whom_it_is_as_a_whole_and_to_whom_a_file_is_apart() -> None:
    async with google_drive() as vendor, walking(vendor, TEAM) as walker:
        vendor.of_drive = [{"type": "group", "emailAddress": "staff@harbor.example"}]
        vendor.put("a", "plan.txt", b"Plan", parent=SHARED)
        vendor.put(
            "b", "offer.txt", b"x", parent=SHARED, hasAugmentedPermissions=True, permissions=[{"type": "anyone"}]
        )
        found, _ = await walked(walker)
        assert vendor.acting == ADMIN
        assert {path: one.audience for path, one in found.items()} == {
            "plan.txt": Audience.NAMED,
            "offer.txt": Audience.ANYONE,
        }


async def test_folders_that_lead_in_a_circle_and_ids_that_are_none() -> None:
    async with google_drive() as vendor, walking(vendor) as walker:
        vendor.put("x", "X", mime=FOLDER, parent="y")
        vendor.put("y", "Y", mime=FOLDER, parent="x")
        vendor.put("a", "a.txt", b"a", parent="x")
        found, _ = await walked(walker)
        assert all(path.endswith("a.txt") for path in found)
        vendor.put("../a", "evil", b"x")
        with pytest.raises(VendorError):
            await walked(walker)
