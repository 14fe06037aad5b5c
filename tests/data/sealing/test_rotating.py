"""New keys for files that are sealed already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.data.sealing.company import NOW, PAPER, Harbor

from limen.data.sealing import files, manifest, sealing_keys
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.rotating import Outcome, Rotation, sealed_below
from limen.data.sealing.sealer import Sealer
from limen.facts import Label

PARTNER = Identity.new()


def sealed(harbor: Harbor, folder: Path, *names: str, label: Label = Label.CONFIDENTIAL) -> list[Path]:
    sealer = Sealer.of_server(harbor.company, harbor.key_now(label), (PARTNER.recipient,))
    found = []
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
        found.append(folder / f"{name}.age")
        sealer.seal(folder / name, found[-1], NOW)
    return found


def rotated(harbor: Harbor, paths: list[Path]) -> list[Outcome]:
    return [one.outcome for one in Rotation(harbor.company, harbor.every_key()).rotate(paths)]


def test_files_come_to_the_newest_key_and_stay_what_they_are(harbor: Harbor, tmp_path: Path) -> None:
    paths = sealed(harbor, tmp_path, "a", "deep/b")
    assert sealed_below(tmp_path) == paths
    before = [(manifest.read(path).manifest, files.payload_digest(path)) for path in paths]
    assert rotated(harbor, paths) == [Outcome.NEWEST] * 2
    old = sealing_keys.opened(harbor.company, harbor.key_now())
    new = harbor.new_key()
    assert rotated(harbor, paths) == [Outcome.ROTATED] * 2
    for path, (said, digest) in zip(paths, before, strict=True):
        now = manifest.verify(manifest.read(path), harbor.company.verifying, "")
        assert (now.key, now.by, now.at, now.document) == (new.id, said.by, said.at, said.document)
        assert files.payload_digest(path) == digest
        for identity in (sealing_keys.opened(harbor.company, new), PAPER, PARTNER):
            assert files.file_key_of(path, [identity])
        with pytest.raises(SealedError):
            files.file_key_of(path, [old])
    assert rotated(harbor, paths) == [Outcome.NEWEST] * 2


def test_a_run_that_was_killed_goes_on(harbor: Harbor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the header and its manifest: the next run opens it by either key."""
    paths = sealed(harbor, tmp_path, "a", "b", "c")
    harbor.new_key()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            rotated(harbor, paths)
    assert rotated(harbor, paths) == [Outcome.ROTATED] * 3


def test_one_that_fails_keeps_no_other_from_it(harbor: Harbor, tmp_path: Path) -> None:
    paths = sealed(harbor, tmp_path, "forged", "cut", "swapped", "good", "missing")
    restricted = sealed(harbor, tmp_path, "restricted", label=Label.RESTRICTED)
    harbor.new_key()
    manifest.path_of(paths[0]).write_text(manifest.path_of(paths[0]).read_text().replace("confidential", "public"))
    paths[1].write_bytes(paths[1].read_bytes()[:50])
    manifest.path_of(paths[2]).write_bytes(manifest.path_of(paths[3]).read_bytes())
    paths[4].unlink()
    failed, done = Outcome.FAILED, Outcome.ROTATED
    assert rotated(harbor, [*paths, *restricted]) == [failed, failed, failed, done, failed, Outcome.NEWEST]


def test_links_are_not_followed(harbor: Harbor, tmp_path: Path) -> None:
    sealed(harbor, tmp_path / "elsewhere", "a")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "b.age.manifest").symlink_to(tmp_path / "elsewhere" / "a.age.manifest")
    (tmp_path / "here" / "deep").symlink_to(tmp_path / "elsewhere")
    assert sealed_below(tmp_path / "here") == []


def test_pipes_and_links_in_place_of_files_are_neither_waited_for_nor_written_through(
    harbor: Harbor, tmp_path: Path
) -> None:
    """Who writes to the share puts them there."""
    paths = sealed(harbor, tmp_path, "a", "b", "c")
    harbor.new_key()
    (tmp_path / "limen.db").write_text("precious")
    for wrong in (manifest.path_of(paths[0]), paths[1]):
        wrong.unlink()
        os.mkfifo(wrong)
    paths[2].with_name("c.age.manifest.part").symlink_to("limen.db")
    assert rotated(harbor, paths) == [Outcome.FAILED, Outcome.FAILED, Outcome.ROTATED]
    assert (tmp_path / "limen.db").read_text() == "precious"
