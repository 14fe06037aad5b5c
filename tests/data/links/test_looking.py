"""What is in a document or folder that is shared: bounded, and never more than the vendor answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from tests.data.doors.protecting import CARD, OwnProtection

from limen.connectors.sharing import SharedItem
from limen.connectors.vendor_client import VendorError
from limen.data.documents import WhyNot
from limen.data.links import looking
from limen.data.links.looking import look_into


@dataclass
class Drive:
    """Folders by their keys; `wrong`: what reading a document raises."""

    folders: dict[str, list[SharedItem]] = field(default_factory=dict)
    wrong: dict[str, VendorError] = field(default_factory=dict)
    seconds: float = 0.0

    async def within(self, folder: str) -> AsyncIterator[SharedItem]:
        if folder in self.wrong:
            raise self.wrong[folder]
        for one in self.folders.get(folder, []):
            yield one

    async def content(self, item: SharedItem) -> AsyncIterator[bytes]:
        await asyncio.sleep(self.seconds)
        if item.key in self.wrong:
            raise self.wrong[item.key]
        yield CARD


def document(key: str, size: int = 10) -> SharedItem:
    return SharedItem(key, f"{key}.txt", size=size)


def folder(key: str) -> SharedItem:
    return SharedItem(key, key, is_folder=True)


async def test_all_that_is_below_a_folder_counts_together() -> None:
    drive = Drive({"F": [document("a"), folder("G")], "G": [document("b"), folder("F")]})
    found = await look_into(drive, OwnProtection(), folder("F"))
    assert (len(found.found.findings), found.where, found.why_not) == (2, ("a.txt", "b.txt"), frozenset())
    assert (await look_into(drive, OwnProtection(), folder("empty"))).why_not == frozenset()


async def test_more_than_is_looked_into_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_BELOW", 3)
    drive = Drive({"F": [document(str(one)) for one in range(9)]})
    found = await look_into(drive, OwnProtection(), folder("F"))
    assert (len(found.found.findings), found.why_not) == (3, frozenset({WhyNot.TOO_MANY}))
    monkeypatch.setattr(looking, "MOST_FOLDERS", 3)
    deep = Drive({str(one): [folder(str(one + 1))] for one in range(9)})
    assert (await look_into(deep, OwnProtection(), folder("0"))).why_not == frozenset({WhyNot.TOO_MANY})


@pytest.mark.parametrize("is_folder", [True, False])
async def test_what_drips_is_given_up(monkeypatch: pytest.MonkeyPatch, is_folder: bool) -> None:
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.01)
    drive = Drive({"F": [document("a")]}, seconds=5)
    found = await look_into(drive, OwnProtection(), folder("F") if is_folder else document("a"))
    assert found.why_not == frozenset({WhyNot.TIMED_OUT})


async def test_what_is_too_large_or_forbidden_was_not_read_and_what_fails_is_not_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await look_into(Drive(), OwnProtection(), document("a", 10**12))).why_not == {WhyNot.TOO_LARGE}
    monkeypatch.setattr(looking, "LARGEST", 20)
    assert (await look_into(Drive(), OwnProtection(), document("a"))).why_not == {WhyNot.TOO_LARGE}
    monkeypatch.undo()
    drive = Drive(wrong={"a": VendorError("not-allowed", 403), "b": VendorError("too-much")})
    assert (await look_into(drive, OwnProtection(), document("a"))).why_not == {WhyNot.FAILED}
    assert (await look_into(drive, OwnProtection(), document("b"))).why_not == {WhyNot.TOO_LARGE}
    for wrong in (VendorError("unreachable"), VendorError("throttled", 429), VendorError("refused", 404)):
        with pytest.raises(VendorError):
            await look_into(Drive(wrong={"a": wrong}), OwnProtection(), document("a"))
    gone = Drive({"F": [document("a"), document("b")]}, {"a": VendorError("refused", 404)})
    assert len((await look_into(gone, OwnProtection(), folder("F"))).found.findings) == 1


@pytest.mark.parametrize(
    ("error", "is_read"),
    [
        (VendorError("not-allowed", 400), True),
        (VendorError("refused", 423), True),
        (VendorError("garbage"), True),
        (VendorError("not-allowed", 401), False),
        (VendorError("throttled", 429), False),
        (VendorError("throttled", 403), False),
        (VendorError("refused", 500), False),
        (VendorError("slow"), False),
    ],
)
async def test_one_thing_that_a_vendor_refuses_holds_up_no_other(error: VendorError, is_read: bool) -> None:
    for item in (document("a"), folder("F")):
        drive = Drive(wrong={item.key: error})
        if is_read:
            assert (await look_into(drive, OwnProtection(), item)).why_not == {WhyNot.FAILED}
        else:
            with pytest.raises(VendorError):
                await look_into(drive, OwnProtection(), item)
