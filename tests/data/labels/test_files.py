"""Files on a disk: where the label is kept, what stays of a file, and what is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.data.labels.made import MARKS, word

from limen.data.labels import carriers, files
from limen.data.labels.files import Place, UnlabelledFileError, read_label, write_label
from limen.data.labels.model import DocumentLabel, Standing, WhyNoLabel
from limen.facts import Label

_INTERNAL = DocumentLabel(Label.INTERNAL, 1_796_092_200_000, "p_1")
_RESTRICTED = DocumentLabel(Label.RESTRICTED, 1_796_092_200_000, "p_1")


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    path = tmp_path / "offer.docx"
    path.write_bytes(word())
    return path


def test_a_document_says_it_itself(offer: Path) -> None:
    assert read_label(offer, MARKS, {}).place is None
    assert write_label(offer, _INTERNAL, MARKS) is Place.DOCUMENT
    one = read_label(offer, MARKS, {})
    assert (one.claim.proven, one.place, one.why_not) == (_INTERNAL, Place.DOCUMENT, None)
    assert list(offer.parent.iterdir()) == [offer]


def test_what_has_no_room_is_labelled_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a,b\n")
    assert write_label(path, _INTERNAL, MARKS) is Place.FILE_SYSTEM
    one = read_label(path, MARKS, {})
    assert (one.claim.proven, one.place, one.why_not) == (_INTERNAL, Place.FILE_SYSTEM, WhyNoLabel.NO_ROOM)
    path.write_text("a,c\n")
    assert read_label(path, MARKS, {}).claim.standing is Standing.CHANGED


def test_mode_and_attributes_stay(offer: Path) -> None:
    offer.chmod(0o640)
    os.setxattr(offer, "user.project", b"lighthouse")
    before = offer.stat()
    write_label(offer, _INTERNAL, MARKS)
    after = offer.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.getxattr(offer, "user.project") == b"lighthouse"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(offer: Path) -> None:
    os.chown(offer, 1234, 1235)
    write_label(offer, _INTERNAL, MARKS)
    assert (offer.stat().st_uid, offer.stat().st_gid) == (1234, 1235)


def test_the_higher_of_inside_and_beside_counts(offer: Path) -> None:
    write_label(offer, _INTERNAL, MARKS)
    os.setxattr(offer, "user.limen.label", b"restricted")
    one = read_label(offer, MARKS, {})
    assert (one.claim.label, one.claim.others, one.place) == (Label.RESTRICTED, Label.RESTRICTED, Place.DOCUMENT)
    write_label(offer, _RESTRICTED, MARKS)
    assert "user.limen.label" not in os.listxattr(offer)


def test_a_link_a_second_name_and_a_folder_are_left_alone(offer: Path) -> None:
    link, second = offer.parent / "link.docx", offer.parent / "second.docx"
    link.symlink_to(offer)
    second.hardlink_to(offer)
    before = offer.read_bytes()
    for path in (link, second, offer.parent, offer.parent / "gone.docx"):
        with pytest.raises(UnlabelledFileError):
            write_label(path, _INTERNAL, MARKS)
    assert offer.read_bytes() == before
    assert link.is_symlink()


def test_what_was_saved_meanwhile_is_not_overwritten(offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, theirs = carriers.write, word("saved meanwhile")

    def while_somebody_saves(*asked: object) -> bytes:
        offer.write_bytes(theirs)
        return written(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(files.carriers, "write", while_somebody_saves)
    with pytest.raises(UnlabelledFileError):
        write_label(offer, _INTERNAL, MARKS)
    assert offer.read_bytes() == theirs
    assert list(offer.parent.iterdir()) == [offer]


def test_a_full_disk_leaves_the_document(offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = offer.read_bytes()
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(UnlabelledFileError):
        write_label(offer, _INTERNAL, MARKS)
    assert offer.read_bytes() == before
    assert list(offer.parent.iterdir()) == [offer]
