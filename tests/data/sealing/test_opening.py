"""Opening: only as it was sealed, and as its manifest says."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.data.sealing.company import NOW, PAPER, Harbor

from limen.data.sealing import files, header, manifest, opening, sealing_keys
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.sealer import Sealer
from limen.data.sealing.wire import Opened, OpenedFile

ME = Identity.new()


@pytest.fixture
def sealed(harbor: Harbor, tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("salaries")
    Sealer.of_server(harbor.company, harbor.key_now()).seal(tmp_path / "a.txt", tmp_path / "a.txt.age", NOW)
    return tmp_path / "a.txt.age"


def told(harbor: Harbor, path: Path, **other: str) -> tuple[Opened, OpenedFile]:
    """As Limen answers somebody who may open it."""
    identities = [sealing_keys.opened(harbor.company, key) for key in harbor.every_key()]
    key, _ = files.file_key_of(path, identities)
    stanza = header.wrap(key, ME.recipient).raw.hex()
    file = OpenedFile("confidential", "2026", files.document_id(key), stanza)
    file = msgspec.structs.replace(file, **other)
    return Opened((file,), tuple(one.hex() for one in harbor.company.verifying)), file


def test_it_opens_with_what_limen_said(harbor: Harbor, sealed: Path, tmp_path: Path) -> None:
    key, said = opening.answered(sealed, *told(harbor, sealed), ME)
    counted: list[int] = []
    opening.open_to(sealed, tmp_path / "out", key, said, counted.append)
    assert ((tmp_path / "out").read_text(), sum(counted)) == ("salaries", len("salaries"))


@pytest.mark.parametrize("wrong", [{"label": "public"}, {"period": "2025"}, {"stanza": "00"}, {"stanza": "zz"}])
def test_what_does_not_fit_is_refused(harbor: Harbor, sealed: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(SealedError):
        opening.answered(sealed, *told(harbor, sealed, **wrong), ME)
    with pytest.raises(SealedError):
        opening.answered(sealed, *told(harbor, sealed), Identity.new())


def test_a_manifest_of_another_file_is_noticed(harbor: Harbor, sealed: Path, tmp_path: Path) -> None:
    """Both were signed by the company; they were only put in each other's place."""
    (tmp_path / "b.txt").write_text("minutes")
    other = tmp_path / "b.txt.age"
    Sealer.of_server(harbor.company, harbor.key_now()).seal(tmp_path / "b.txt", other, NOW)
    mine, theirs = manifest.path_of(sealed), manifest.path_of(other)
    mine.write_bytes(theirs.read_bytes())
    key, said = opening.answered(sealed, *told(harbor, sealed), ME)
    with pytest.raises(SealedError):
        opening.open_to(sealed, tmp_path / "out", key, said)
    assert not (tmp_path / "out").exists()


def test_another_payload_behind_the_same_key_is_noticed(harbor: Harbor, sealed: Path, tmp_path: Path) -> None:
    """Whoever opened it once knows its key, and could write another content under it."""
    from limen.data.sealing import payload

    key, said = opening.answered(sealed, *told(harbor, sealed), ME)
    head = files.read_header(sealed).text
    with sealed.open("wb") as file, (tmp_path / "a.txt").open("rb") as source:
        file.write(head)
        payload.encrypt(source, file, key)
    with pytest.raises(SealedError):
        opening.open_to(sealed, tmp_path / "out", key, said)
    assert not (tmp_path / "out").exists()


def test_a_recovery_key_opens_it_with_or_without_the_manifest(harbor: Harbor, sealed: Path, tmp_path: Path) -> None:
    verifying = [one.hex() for one in harbor.company.verifying]
    key, said = opening.by_identity(sealed, [PAPER], verifying)
    assert said is not None
    manifest.path_of(sealed).unlink()
    assert opening.by_identity(sealed, [PAPER], []) == (key, None)
    opening.open_to(sealed, tmp_path / "out", key, None)
    assert (tmp_path / "out").read_text() == "salaries"
    for identities, keys in (([ME], []), ([PAPER], verifying)):
        with pytest.raises(SealedError):
            opening.by_identity(sealed, identities, keys)


def test_names_come_back(tmp_path: Path) -> None:
    assert opening.opened_name(tmp_path / "a.txt.age") == "a.txt"
    assert opening.opened_name(tmp_path / "a.tar.age") == "a"
    assert (opening.is_folder(tmp_path / "a.tar.age"), opening.is_folder(tmp_path / "a.age")) == (True, False)
    for name in ("a.txt", ".age", ".tar.age"):
        with pytest.raises(SealedError):
            opening.opened_name(tmp_path / name)


def test_what_is_for_nobody_by_a_key_is_said(tmp_path: Path) -> None:
    text = b"age-encryption.org/v1\n-> other x\n\n--- " + b"A" * 43 + b"\n"
    (tmp_path / "a.age").write_bytes(text)
    with pytest.raises(SealedError):
        opening.asked_of(tmp_path / "a.age")
