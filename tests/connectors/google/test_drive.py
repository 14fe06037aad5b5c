"""Google Drive, as the emulator answers; walking through it: tests/data/inventory/."""

from __future__ import annotations

import pytest
from tests.emulators.google_drive import DOCUMENT, FOLDER, SHARED, google_drive
from tests.emulators.vendor import asking

from limen.connectors.google.drive import GoogleDrive, Permission
from limen.connectors.vendor_client import VendorError


async def test_pages_of_files_and_of_changes() -> None:
    async with google_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        drive = GoogleDrive(asked.client, "token-1")
        begin = await drive.begin()
        for number in range(3):
            vendor.put(f"f{number}", f"{number}.txt", b"x")
        first = await drive.files()
        second = await drive.files(first.token)
        assert ([one.id for one in (*first.files, *second.files)], second.token) == (["f0", "f1", "f2"], "")
        assert first.files[0].permissions == (Permission("user", "mia@harbor.example"),)
        changed = await drive.changes(begin)
        assert (len(changed.files), changed.token, changed.begin) == (2, "2", "")


async def test_what_google_gives_nothing_of_is_said() -> None:
    async with google_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        drive = GoogleDrive(asked.client, "token-1")
        vendor.put("form", "Survey", b"x", mime="application/vnd.google-apps.form")
        vendor.put("doc", "Notes", b"x", mime=DOCUMENT)
        found = {one.id: one for one in (await drive.files()).files}
        assert [piece async for piece in drive.content(found["form"])] == []
        assert [found[one].is_kept_back for one in ("form", "doc")] == [True, False]
        assert [piece async for piece in drive.content(found["doc"])] == [b"x"]


async def test_a_folder_that_may_not_be_seen_is_a_root_and_ids_stay_ids() -> None:
    async with google_drive() as vendor, asking(vendor.origin) as asked:
        vendor.tokens = 1
        drive = GoogleDrive(asked.client, "token-1", SHARED)
        vendor.put("a", "A", mime=FOLDER, parent="hidden")
        assert await drive.folder("a") == "A"
        with pytest.raises(VendorError):
            await drive.folder("../../x")
