"""Inventory taken of real folders: what is read, what is kept, and what happens when it is cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.data.inventory.inventories import CARD, NOW, Taking, folder_store, taking

from limen.data.inventory import folders, kept_stores, taking as of_inventory
from limen.data.inventory.kept_items import Sought
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.taking import Progress
from limen.facts import Label
from limen.storage import Database


@pytest.fixture
def share(tmp_path: Path) -> Path:
    below = tmp_path / "share"
    for name, text in {
        "hr/cards.txt": CARD,
        "hr/plain.txt": "nothing",
        "web.txt": "hello",
        "zip.txt": "x" * 100,
    }.items():
        (below / name).parent.mkdir(parents=True, exist_ok=True)
        (below / name).write_text(text)
    return below


@pytest.fixture
def took(where: str, share: Path) -> Iterator[Taking]:
    database = Database.open(where)
    yield taking(database, folder_store(share))
    database.close()


async def take(took: Taking, **more: bool) -> bool:
    return await took.inventory.take(took.stores["share"], **more)


async def test_what_lies_in_a_folder_is_kept_as_counts(took: Taking) -> None:
    told: list[Progress] = []
    assert await took.inventory.take(took.stores["share"], told.append)
    found = took.items()
    assert set(found) == {"hr/cards.txt", "hr/plain.txt", "web.txt", "zip.txt"}
    cards = found["hr/cards.txt"]
    assert (cards.label, [(one.detector, one.number) for one in cards.counted]) == (
        Label.CONFIDENTIAL,
        [("payment-card", 1)],
    )
    assert found["web.txt"].label is None
    assert told == [Progress(4, 0, 4)]
    assert (await took.inventory.states())["share"].whole_at == NOW
    everything = took.database.read(
        lambda s: [tuple(row) for row in s.connection.exec_driver_sql("select * from data_items")]
    )
    assert "4111" not in str(everything)


async def test_only_what_changed_is_read_again_and_what_is_gone_is_gone(took: Taking, share: Path) -> None:
    await take(took)
    took.protecting.read.clear()
    await take(took)
    assert took.protecting.read == []
    (share / "web.txt").write_text(f"hello {CARD}")
    (share / "hr/cards.txt").unlink()
    (share / "new.txt").write_text("new")
    await take(took)
    assert took.protecting.read == ["new.txt", "web.txt"]
    found = took.items()
    assert set(found) == {"hr/plain.txt", "new.txt", "web.txt", "zip.txt"}
    assert found["web.txt"].label is Label.CONFIDENTIAL
    assert took.items(Sought(detector="payment-card")).keys() == {"web.txt"}


async def test_other_rules_have_everything_read_again(took: Taking) -> None:
    await take(took)
    took.protecting.read.clear()
    took.mark[0] = "rules-2"
    # the clock of the test stands still, so what was looked at now counts as looked at by the new rules
    state = (await took.inventory.states())["share"]
    took.database.write(
        lambda t: t.connection.exec_driver_sql(f"update data_items set looked_at = {state.whole_at - 1}")
    )
    await take(took)
    assert len(took.protecting.read) == 4


async def test_a_turn_that_is_cut_off_goes_on_where_it_was(took: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "AT_ONCE", 1)
    monkeypatch.setattr(of_inventory, "TURN_SECONDS", -1.0)
    await take(took)
    state = (await took.inventory.states())["share"]
    assert (len(took.items()), state.is_walking, state.whole_at) == (1, True, 0)
    await take(took)
    assert took.protecting.read == ["cards.txt", "plain.txt"]
    await take(took, to_the_end=True)
    assert took.protecting.read == ["cards.txt", "plain.txt", "web.txt", "zip.txt"]
    assert (await took.inventory.states())["share"].seen == 4


async def test_a_walk_that_breaks_off_loses_nothing_and_counts_nothing_twice(
    took: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "AT_ONCE", 1)
    keep = kept_stores.go_on
    calls: list[int] = []

    def breaking(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("the disk is full")
        keep(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_stores, "go_on", breaking)
    with pytest.raises(OSError, match="full"):
        await take(took)
    assert len(took.items()) == 2
    await take(took)
    assert (len(took.items()), (await took.inventory.states())["share"].seen) == (4, 4)


def unmount(share: Path) -> None:
    shutil.rmtree(share)
    share.mkdir()


async def test_a_share_that_is_not_mounted_keeps_its_inventory(took: Taking, share: Path) -> None:
    await take(took)
    unmount(share)
    await take(took)
    assert len(took.items()) == 4
    (said,) = took.told.said
    assert (said[0], said[1] == of_inventory.EMPTY) == ("share", True)
    shutil.rmtree(share)
    await take(took)
    assert len(took.items()) == 4
    (share / "hr").mkdir(parents=True)
    (share / "hr/plain.txt").write_text("nothing")
    await take(took)
    assert (set(took.items()), took.told.said[-1]) == ({"hr/plain.txt"}, ("share", ""))


async def test_another_place_begins_anew(took: Taking, tmp_path: Path) -> None:
    await take(took)
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("a")
    took.stores["share"] = folder_store(other)
    await take(took)
    assert set(took.items()) == {"a.txt"}


async def test_no_faster_than_it_may(took: Taking, share: Path) -> None:
    (share / "large.txt").write_text("x" * 1_000)
    took.stores["share"] = folder_store(share, bytes_per_second=100)
    await take(took)
    assert sum(took.waits) == pytest.approx((1_000 + 100 + len(CARD) + 7 + 5) / 100, abs=1.1)


async def test_what_is_too_large_says_so_and_is_not_read(took: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_inventory, "LARGEST", 50)
    await take(took)
    assert took.items()["zip.txt"].why_not == ("too-large",)
    assert "zip.txt" not in took.protecting.read


async def test_whose_it_is_where_the_address_is_a_persons(
    took: Taking, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_owner", lambda _uid, domain: f"mia@{domain}")
    await take(took)
    assert {one.owner_id for one in took.items().values()} == {""}
    took.owners["mia@harbor.example"] = "p_mia"
    await take(took)  # though nothing is read again
    assert {one.owner_id for one in took.items().values()} == {"p_mia"}


async def test_stores_are_gone_through_when_they_are_due_and_forgotten_when_stated_no_more(took: Taking) -> None:
    await took.inventory.take_due()
    took.protecting.read.clear()
    await took.inventory.take_due()
    assert (await took.inventory.states())["share"].walk == 1
    await took.inventory.ask_soon("share")
    await took.inventory.take_due()
    assert (await took.inventory.states())["share"].walk == 2
    took.stores.clear()
    await took.inventory.forget()
    assert (took.items(), await took.inventory.states()) == ({}, {})


async def test_a_store_that_needs_a_secret_says_how_to_give_it(took: Taking) -> None:
    took.stores["s3"] = Store(
        "s3", StoreKind.S3, "harbor-files", Label.INTERNAL, region="eu-central-1", client="A" * 20
    )
    await took.inventory.take(took.stores["s3"])
    assert took.told.said == [("s3", of_inventory.LACKS.format(name="s3"))]
    assert (await took.inventory.states())["s3"].asked.error == of_inventory.LACKS.format(name="s3")


async def test_a_cursor_that_cannot_be_read_begins_anew(took: Taking) -> None:
    await take(took)
    took.database.write(
        lambda t: t.connection.exec_driver_sql("update data_stores set cursor = 'zz', is_walking = (1 = 1)")
    )
    await take(took)
    assert (await took.inventory.states())["share"].is_walking
    await take(took)
    assert ((await took.inventory.states())["share"].cursor, len(took.items())) == ("", 4)
    took.database.write(lambda t: t.connection.exec_driver_sql("update data_stores set cursor = 'zz', walk = walk + 1"))
    await take(took, to_the_end=True)
    assert not (await took.inventory.states())["share"].is_walking


async def test_a_long_batch_keeps_its_turn(took: Taking, share: Path) -> None:
    for number in range(5):
        (share / f"{number}.txt").write_text("x" * 7_000)
    took.stores["share"] = folder_store(share, bytes_per_second=100)
    held: list[int] = []
    writing = took.database.writing

    async def counted(work: Any) -> Any:
        state = (await took.inventory.states()).get("share")
        held.append(state.asked.progress if state else 0)
        return await writing(work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(took.database), "writing", lambda _database, work: counted(work))
        await take(took)
    assert len(set(held)) >= 4
