"""Sealing keys from the first one to their end."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.sealing.company import MASTER, NOW, PAPER, SAFE, Harbor

from limen.clock import DAY, HOUR, from_iso
from limen.data.sealing import sealing_keys, store
from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.errors import SealedError
from limen.data.settings import Period
from limen.facts import Label
from limen.storage import Keyring
from limen.storage.errors import SealBrokenError
from limen.storage.keyring import change_master_key


def test_one_key_for_each_label_and_period(harbor: Harbor) -> None:
    key = harbor.key_now()
    assert (key.label, key.period, key.recovery) == (
        Label.CONFIDENTIAL,
        "2026",
        (PAPER.recipient.text, SAFE.recipient.text),
    )
    assert harbor.key_now() == key
    others = {harbor.key_now(Label.RESTRICTED).id, harbor.key_now(now=NOW + 60 * DAY).id}
    assert len(others | {key.id}) == 3
    assert sealing_keys.opened(harbor.company, key).recipient == Recipient.read(key.recipient)
    assert [event.kind for event in harbor.said()] == ["data.sealing_key_made"] * 3


def test_a_period_is_counted_where_the_company_is(harbor: Harbor) -> None:
    late = from_iso("2026-12-31T23:30:00Z")  # half past midnight in Berlin
    assert harbor.company.period(late) == "2027"
    harbor.set(period=Period.QUARTER)
    assert [harbor.company.period(late - n * 92 * DAY) for n in range(3)] == ["2027-Q1", "2026-Q4", "2026-Q3"]


@pytest.mark.parametrize(("label", "has", "is_enough"), [(1, 0, False), (2, 1, True), (3, 1, False), (3, 2, True)])
def test_nothing_is_sealed_that_no_recovery_key_opens(harbor: Harbor, label: int, has: int, is_enough: bool) -> None:
    harbor.set(recovery=(PAPER.recipient.text, SAFE.recipient.text)[:has])
    if is_enough:
        assert len(harbor.key_now(Label(label)).recovery) == has
        return
    with pytest.raises(SealedError):
        harbor.key_now(Label(label))
    assert harbor.every_key() == []


def test_one_recovery_key_written_twice_is_one(harbor: Harbor) -> None:
    harbor.set(recovery=(PAPER.recipient.text,) * 2)
    with pytest.raises(SealedError):
        harbor.key_now(Label.RESTRICTED)


def test_other_recovery_keys_begin_another_key(harbor: Harbor) -> None:
    first = harbor.key_now()
    harbor.set(recovery=(SAFE.recipient.text,))
    second = harbor.key_now(now=NOW + 1)
    assert second.id != first.id
    assert harbor.key_now(now=NOW + 2) == second


def test_two_that_know_other_recovery_keys_make_one_key_each(harbor: Harbor) -> None:
    """A server has the settings of its start, and a command those of the folder."""
    before, after = (PAPER.recipient.text,), (SAFE.recipient.text,)
    made = set()
    for turn in range(6):
        harbor.set(recovery=after if turn % 2 else before)
        made.add(harbor.key_now(now=NOW + turn).id)
    assert len(made) == len(harbor.every_key()) == 2


def test_a_new_key_is_sealed_for_from_then_on_and_the_old_one_still_opens(harbor: Harbor) -> None:
    old, new = harbor.key_now(), harbor.new_key()
    assert harbor.key_now(now=NOW + 2) == new
    assert sealing_keys.opened(harbor.company, old) != sealing_keys.opened(harbor.company, new)


def test_a_row_put_in_the_place_of_another_opens_nothing(harbor: Harbor) -> None:
    one, other = harbor.key_now(), harbor.key_now(Label.RESTRICTED)
    swapped = store.SealingKey(
        one.id, one.label, one.period, one.recipient, other.wrapped, one.provider, one.recovery, one.made_at
    )
    with pytest.raises(SealBrokenError):
        sealing_keys.opened(harbor.company, swapped)
    renamed = store.SealingKey(
        other.id, one.label, one.period, one.recipient, other.wrapped, one.provider, one.recovery, one.made_at
    )
    with pytest.raises(SealedError):  # another's private half under this public one
        sealing_keys.opened(harbor.company, renamed)


def test_keys_wait_unused_before_they_are_destroyed_and_may_be_kept(harbor: Harbor) -> None:
    harbor.set(wait_hours=72)
    key = harbor.key_now()

    def plan(period: str = "2026") -> list[store.SealingKey]:
        return harbor.database.write(
            lambda tx: sealing_keys.plan_shredding(tx, harbor.company, Label.CONFIDENTIAL, period, NOW, "p_ada")
        )

    def due(now: int) -> list[store.SealingKey]:
        return harbor.database.write(lambda tx: sealing_keys.shred_due(tx, now))

    (planned,) = plan()
    assert planned.shred_at == NOW + 72 * HOUR
    assert plan() == [planned]  # asked twice, it does not take longer
    with pytest.raises(SealedError):
        sealing_keys.opened(harbor.company, planned)
    with pytest.raises(SealedError):
        harbor.key_now()
    assert due(NOW + 71 * HOUR) == []
    harbor.database.write(lambda tx: sealing_keys.keep(tx, Label.CONFIDENTIAL, "2026", NOW, "p_ada"))
    assert sealing_keys.opened(harbor.company, harbor.key_now()).recipient.text == key.recipient
    plan()
    assert [one.id for one in due(NOW + 72 * HOUR)] == [key.id]
    (gone,) = harbor.every_key()
    assert (gone.wrapped, gone.shredded_at) == (b"", NOW + 72 * HOUR)
    with pytest.raises(SealedError):
        sealing_keys.opened(harbor.company, gone)
    for what in (plan, lambda: plan("2025")):
        with pytest.raises(SealedError):
            what()
    with pytest.raises(SealedError):
        harbor.database.write(lambda tx: sealing_keys.keep(tx, Label.CONFIDENTIAL, "2026", NOW, "p_ada"))
    assert [event.kind.partition(".")[2] for event in harbor.said()] == [
        "sealing_key_made",
        "shredding_planned",
        "shredding_planned",
        "shredding_stopped",
        "shredding_planned",
        "sealing_key_shredded",
    ]
    assert sealing_keys.still_opened_by([gone]) == [PAPER.recipient.text, SAFE.recipient.text]


def test_only_the_older_keys_of_a_period(harbor: Harbor) -> None:
    old, new = harbor.key_now(), harbor.new_key()
    planned = harbor.database.write(
        lambda tx: sealing_keys.plan_shredding(
            tx, harbor.company, Label.CONFIDENTIAL, "2026", NOW, "p_ada", only_older=True
        )
    )
    assert [key.id for key in planned] == [old.id]
    assert harbor.key_now(now=NOW + 2) == new


def test_wrapped_by_files_the_database_and_its_master_key_open_nothing(harbor: Harbor, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    harbor.set(keys=f"file:{folder}")
    key = harbor.key_now()
    harbor.set(keys="database")  # what is changed counts for new keys
    assert sealing_keys.opened(harbor.company, key).recipient.text == key.recipient
    harbor.database.write(
        lambda tx: sealing_keys.plan_shredding(tx, harbor.company, Label.CONFIDENTIAL, "2026", NOW, "")
    )
    harbor.database.write(lambda tx: sealing_keys.shred_due(tx, NOW + 30 * DAY))
    assert list(folder.iterdir()) == []
    with pytest.raises(SealedError):
        sealing_keys.opened(harbor.company, key)  # as a backup from before has it


def test_a_provider_that_is_away_makes_no_key_and_destroys_none(harbor: Harbor, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    harbor.set(keys=f"file:{folder}")
    key = harbor.key_now()
    harbor.database.write(
        lambda tx: sealing_keys.plan_shredding(tx, harbor.company, Label.CONFIDENTIAL, "2026", NOW, "")
    )
    folder.rename(tmp_path / "away")
    folder.write_text("no folder")
    with pytest.raises(SealedError):
        harbor.key_now(Label.RESTRICTED)
    with pytest.raises(SealedError):
        harbor.database.write(lambda tx: sealing_keys.shred_due(tx, NOW + 30 * DAY))
    assert [(one.id, one.shredded_at) for one in harbor.every_key()] == [(key.id, 0)]


def test_manifests_are_checked_by_earlier_master_keys_as_well(harbor: Harbor) -> None:

    before = harbor.company.verifying
    change_master_key(harbor.database, MASTER, b"\1" * 32, NOW)
    after = sealing_keys.Company(
        harbor.company.tenant,
        harbor.company.zone,
        harbor.company.sealing,
        Keyring.open(harbor.database, b"\1" * 32),
    )
    assert after.verifying[1:] == before
    assert after.verifying[0] not in before
