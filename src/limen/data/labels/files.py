"""Labels of files on a disk: inside the document where it has room, else beside it, and never half written.

A document is written anew beside itself and put in its place in one step, with its owner, mode and attributes. A reader
sees the old one or the new one, whole; what changed meanwhile is not overwritten.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from limen.data.labels import carriers, extended_attributes
from limen.data.labels.marks import Marks
from limen.data.labels.model import MOST_BYTES, Carried, Claim, DocumentLabel, NoLabelError, WhyNoLabel, raised
from limen.errors import LimenError
from limen.facts import Label

_PIECE: Final = 1 << 20


Version: TypeAlias = tuple[int, int, int, int, int]
"""Which file it is, and how: another whenever something of it was changed."""


class Place(StrEnum):
    """Where a file's label is kept."""

    DOCUMENT = "document"
    FILE_SYSTEM = "file system"


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """What a file claims. `why_not`: why its content says nothing of a label; it can have one beside it all the same.

    `place` is None where it has no label. `version`: which file was looked at, as it was.
    """

    path: Path
    claim: Claim = field(default_factory=Claim)
    place: Place | None = None
    why_not: WhyNoLabel | None = None
    version: Version | None = None


class UnlabelledFileError(LimenError):
    """A file that was left as it was."""


def read_label(path: Path, marks: Marks, microsoft: Mapping[str, Label]) -> LabelledFile:
    """What `path` claims, inside and beside it; the higher of two labels counts. Raises UnlabelledFileError."""
    with opened(path) as file:
        version = version_of(os.fstat(file))
        inside, why_not = _inside(file)
        beside = extended_attributes.read(file, b"")
        if beside.marks:
            beside = extended_attributes.read(file, _digest(file))
    within = marks.claim(inside, microsoft)
    if beside.is_silent:
        return LabelledFile(path, within, None if within.label is None else Place.DOCUMENT, why_not, version)
    without = marks.claim(beside, microsoft)
    if inside.is_silent:
        return LabelledFile(path, without, Place.FILE_SYSTEM, why_not, version)
    both = raised(within.label, without.label)
    claim = replace(within, label=both, others=raised(within.others, without.label))
    return LabelledFile(path, claim, Place.DOCUMENT, why_not, version)


def write_label(path: Path, said: DocumentLabel, marks: Marks, version: Version | None = None) -> Place:
    """Label a file; with a `version` only as it was then. Raises UnlabelledFileError for what is no plain file, what is
    another by now, and where nothing has room for a label.
    """
    with opened(path) as file:
        before = os.fstat(file)
        if version is not None and version_of(before) != version:
            raise changed(path)
        try:
            data = _whole(file)
            labelled = carriers.write(data, said, marks)
        except NoLabelError:
            _write_beside(path, file, said, marks)
            return Place.FILE_SYSTEM
        _replace(path, file, before, labelled)
    return Place.DOCUMENT


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A plain file, opened without following a link and without waiting for a pipe."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        is_link = path.is_symlink()
        why = "it is a link" if is_link else error.strerror or "it can't be opened"
        raise UnlabelledFileError(f"{path}: {why}", "name the file that it leads to" if is_link else "") from None
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise UnlabelledFileError(f"{path}: it is no file", "name a file, or a folder with files")
        yield file
    except OSError as error:
        raise UnlabelledFileError(f"{path}: {error.strerror}", "see that you may read and write it") from None
    finally:
        os.close(file)


def _inside(file: int) -> tuple[Carried, WhyNoLabel | None]:
    try:
        return carriers.read(_whole(file)), None
    except NoLabelError as error:
        return Carried(), error.why


def _whole(file: int) -> bytes:
    if os.fstat(file).st_size > MOST_BYTES:
        raise NoLabelError(WhyNoLabel.TOO_LARGE, f"the file is larger than {MOST_BYTES >> 20} MB")
    return b"".join(_pieces(file))[: MOST_BYTES + 1]


def _pieces(file: int) -> Iterator[bytes]:
    at = 0
    while piece := os.pread(file, _PIECE, at):
        at += len(piece)
        yield piece


def _digest(file: int) -> bytes:
    whole = sha256()
    for piece in _pieces(file):
        whole.update(piece)
    return whole.digest()


def _write_beside(path: Path, file: int, said: DocumentLabel, marks: Marks) -> None:
    mark = marks.made(said, _digest(file))
    try:
        extended_attributes.write(file, said.label.word, mark)
    except NoLabelError as error:
        raise UnlabelledFileError(f"{path}: {error.what}", error.fix) from None


def _replace(path: Path, file: int, before: os.stat_result, data: bytes) -> None:
    if before.st_nlink > 1:
        raise UnlabelledFileError(
            f"{path}: it has {before.st_nlink} names, and only this one would be labelled", "label a copy of it"
        )
    new, name = tempfile.mkstemp(prefix=".limen-label-", dir=path.parent)
    try:
        with os.fdopen(new, "wb") as target:
            _take_after(new, file, before)
            target.write(data)
            target.flush()
            os.fsync(new)
        _refuse_changed(path, before)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _take_after(new: int, file: int, before: os.stat_result) -> None:
    """Give the new file the owner, mode and attributes of the old one."""
    now = os.fstat(new)
    if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
        os.fchown(new, before.st_uid, before.st_gid)
    os.fchmod(new, stat.S_IMODE(before.st_mode))
    extended_attributes.copy(file, new)
    extended_attributes.remove(new)  # the document says it itself now


def _refuse_changed(path: Path, before: os.stat_result) -> None:
    if version_of(os.lstat(path)) != version_of(before):
        raise changed(path)


def changed(path: Path) -> UnlabelledFileError:
    return UnlabelledFileError(f"{path}: it was changed meanwhile", "try again")


def version_of(of: os.stat_result) -> Version:
    return of.st_dev, of.st_ino, of.st_size, of.st_mtime_ns, of.st_ctime_ns
