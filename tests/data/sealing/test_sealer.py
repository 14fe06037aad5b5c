"""Sealing in somebody's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.sealing.company import NOW, PAPER, Harbor

from limen.data.sealing import files, manifest, opening, sealing_keys
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.manifest import SERVER
from limen.data.sealing.sealer import Sealer, sealed_name

PARTNER = Identity.new()


def test_what_the_server_seals_says_what_it_is(harbor: Harbor, tmp_path: Path) -> None:
    (tmp_path / "salaries.csv").write_text("salaries")
    key = harbor.key_now()
    sealer = Sealer.of_server(harbor.company, key, (PARTNER.recipient,))
    target = tmp_path / sealed_name(tmp_path / "salaries.csv")
    said = sealer.seal(tmp_path / "salaries.csv", target, NOW)
    assert target.name == "salaries.csv.age"
    assert manifest.verify(manifest.read(target), harbor.company.verifying, "") == said
    assert (said.by, said.label, said.period, said.key, said.at) == (SERVER, "confidential", "2026", key.id, NOW)
    assert said.others == (PARTNER.recipient.text,)
    for identity in (sealing_keys.opened(harbor.company, key), PAPER, PARTNER):
        file_key, _ = files.file_key_of(target, [identity])
        opening.open_to(target, tmp_path / identity.recipient.text, file_key, said)
        assert (tmp_path / identity.recipient.text).read_text() == "salaries"
    assert opening.asked_of(target).key == key.id


def test_nothing_is_written_over(harbor: Harbor, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("salaries")
    sealer = Sealer.of_server(harbor.company, harbor.key_now())
    sealer.seal(tmp_path / "a", tmp_path / "a.age", NOW)
    before = (tmp_path / "a.age").read_bytes()
    with pytest.raises(SealedError):
        sealer.seal(tmp_path / "a", tmp_path / "a.age", NOW)
    assert (tmp_path / "a.age").read_bytes() == before


def test_what_signs_is_in_no_repr(harbor: Harbor) -> None:
    assert "signing" not in repr(Sealer.of_server(harbor.company, harbor.key_now()))


def test_a_folder_has_a_name_that_says_so(tmp_path: Path) -> None:
    assert sealed_name(tmp_path) == f"{tmp_path.name}.tar.age"


def test_a_tar_that_was_sealed_is_a_tar_when_it_is_opened(harbor: Harbor, tmp_path: Path) -> None:
    """Also one that is no tar at all; and a folder is a folder."""
    sealer = Sealer.of_server(harbor.company, harbor.key_now())
    (tmp_path / "backup.tar").write_bytes(b"no tar")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("a")
    for path, name in ((tmp_path / "backup.tar", "backup.tar"), (tmp_path / "in", "in")):
        target = tmp_path / sealed_name(path)
        said = sealer.seal(path, target, NOW)
        assert opening.opened_name(target) == name
        (tmp_path / "out").mkdir(exist_ok=True)
        opening.open_to(target, tmp_path / "out" / name, files.file_key_of(target, [PAPER])[0], said)
    assert (tmp_path / "out" / "backup.tar").read_bytes() == b"no tar"
    assert (tmp_path / "out" / "in" / "a").read_text() == "a"
