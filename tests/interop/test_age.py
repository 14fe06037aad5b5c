"""The age program reads what Limen seals, and Limen what it seals; a folder opens with age and tar alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.interop.fronts import program

from limen.cli import seal
from limen.data.sealing import files, folders
from limen.data.sealing.age_keys import Identity, identities_in
from limen.data.sealing.errors import SealedError
from limen.data.sealing.payload import CHUNK


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Identity]:
    """Two that age-keygen made, each with its file."""
    made: dict[str, Identity] = {}
    for name in ("label", "recovery"):
        subprocess.run([program("age-keygen"), "-o", tmp_path / name], check=True, capture_output=True)
        (made[name],) = identities_in((tmp_path / name).read_text())
    return made


@pytest.mark.gate("age")
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5_000_000])
def test_age_reads_ours_with_either_key_and_we_read_its(tmp_path: Path, keys: dict[str, Identity], size: int) -> None:
    age, plain, ours, theirs = program("age"), tmp_path / "plain", tmp_path / "ours.age", tmp_path / "theirs.age"
    plain.write_bytes(os.urandom(size))
    with plain.open("rb") as source:
        key = files.seal(source, ours, [one.recipient for one in keys.values()]).file_key
    for name in keys:
        read = subprocess.run([age, "-d", "-i", tmp_path / name, ours], check=True, capture_output=True)
        assert read.stdout == plain.read_bytes()
    subprocess.run([age, "-r", keys["label"].recipient.text, "-o", theirs, plain], check=True)
    files.open_with(theirs, tmp_path / "opened", files.file_key_of(theirs, [keys["label"]])[0])
    assert (tmp_path / "opened").read_bytes() == plain.read_bytes()
    files.rewrap(ours, key, [keys["recovery"].recipient, Identity.new().recipient])
    refused = subprocess.run([age, "-d", "-i", tmp_path / "label", ours], check=False, capture_output=True)
    assert refused.returncode == 1
    read = subprocess.run([age, "-d", "-i", tmp_path / "recovery", ours], check=True, capture_output=True)
    assert read.stdout == plain.read_bytes()


def test_armor_and_passphrases_are_named_and_not_guessed_at(tmp_path: Path, keys: dict[str, Identity]) -> None:
    armored = tmp_path / "armored.age"
    (tmp_path / "plain").write_text("salaries")
    recipient = keys["label"].recipient.text
    subprocess.run([program("age"), "-a", "-r", recipient, "-o", armored, tmp_path / "plain"], check=True)
    with pytest.raises(SealedError):
        files.read_header(armored)


def test_a_folder_opens_with_age_and_tar_alone(tmp_path: Path, keys: dict[str, Identity]) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "salaries.csv").write_text("salaries")
    with folders.packed(tmp_path / "in") as source:
        files.seal(source, tmp_path / "in.tar.age", [keys["recovery"].recipient])
    command = f"{program('age')} -d -i recovery in.tar.age | tar -x -C out"
    (tmp_path / "out").mkdir()
    subprocess.run(["sh", "-c", command], check=True, cwd=tmp_path)
    assert (tmp_path / "out" / "deep" / "salaries.csv").read_text() == "salaries"


def test_age_reads_the_recovery_key_as_it_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal.run(["recovery-key"])
    printed = capsys.readouterr().out
    (tmp_path / "recovery.key").write_text(printed)
    (made,) = identities_in(printed)
    (tmp_path / "plain").write_text("salaries")
    with (tmp_path / "plain").open("rb") as source:
        files.seal(source, tmp_path / "ours.age", [made.recipient])
    words = ["-d", "-i", tmp_path / "recovery.key", tmp_path / "ours.age"]
    assert subprocess.run([program("age"), *words], check=True, capture_output=True).stdout == b"salaries"
