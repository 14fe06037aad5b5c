"""A whole folder is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import told_of

from limen.assessing.kinds import Kind
from limen.assessing.reading import UNKNOWN, told_by
from limen.errors import LimenError


def test_every_file_of_harbor_is_taken_as_what_it_is(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    Harbor(people=3, days=2).write(tmp_path)
    told = told_by(tmp_path, NOW, lambda done, whole: steps.append((done, whole)))
    assert told.counts | {Kind.DNS: 0} == {
        **dict.fromkeys((Kind.PEOPLE, Kind.ENTRA_USERS, Kind.ENTRA_FACTORS, Kind.INTUNE, Kind.DEVICES), 3),
        **dict.fromkeys((Kind.ENTRA_POLICIES, Kind.ENTRA_APPS, Kind.FIREWALL), 2),
        Kind.ENTRA_SIGN_INS: 6,
        Kind.ENTRA_ROLES: 1,
        Kind.ENTRA_CONSENTS: 1,
        Kind.ADDRESSES: 3,
        Kind.DNS: 0,
    }
    assert steps == [(done, 14) for done in range(14)]


def test_what_nothing_is_known_of_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("remember the milk\n")
    assert told_of(Harbor(people=1, days=1), tmp_path).left_out == [("notes.txt", UNKNOWN)]


def test_all_files_that_are_refused_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"value": [')
    (tmp_path / "b.csv").write_text('hostname,os\n"open,Windows\n')
    with pytest.raises(LimenError) as error:
        told_by(tmp_path, NOW)
    assert [one[:6] for one in error.value.what.splitlines()] == ["a.json", "b.csv:"]
