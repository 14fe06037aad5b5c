"""Files that take the place of others, beside a list that vouches for them: in steps that a hard stop may interrupt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from limen.storage.files import file_sha256, sync
from limen.storage.segments.name import Name, segments_in

SEALING: Final = ".sealing"
"""What the names of half-written sealed files end with."""


def put_sealed(part: Path, sealed: Path, segment: Path, enlist: Callable[[], None]) -> None:
    """Replace `segment` by what a child wrote to `part`: first the file, then the list, then the segment is deleted."""
    _make_durable(part)
    part.replace(sealed)
    sync(sealed.parent)
    enlist()
    segment.unlink()


def replace_sealed(part: Path, sealed: Path, enlist: Callable[[], None]) -> None:
    """Put `part` in the place of a sealed file: first the list names the new file, then the file moves.

    After an interruption the list tells which of the two files counts, and `tidy` removes the other.
    """
    _make_durable(part)
    sync(part.parent)
    enlist()
    part.replace(sealed)
    sync(sealed.parent)


def tidy(folder: Path, digests: Mapping[int, str], suffix: str) -> None:
    """Finish what a hard stop interrupted. `digests`: the SHA-256 of each sealed segment in the list, by ordinal;
    `suffix`: what the name of a file ends with that is to replace a sealed one.
    """
    for part in folder.glob(f"*{SEALING}"):
        part.unlink(missing_ok=True)
    for part in folder.glob(f"*{suffix}"):
        _finish_replacing(part, part.with_name(part.name.removesuffix(suffix)), digests)
    for name, path in segments_in(folder):
        is_left_over = name.is_sealed != (name.ordinal in digests)
        has_twin = (folder / str(Name(name.ordinal, name.begun_at, not name.is_sealed))).exists()
        if is_left_over and has_twin:
            path.unlink()


def _finish_replacing(part: Path, sealed: Path, digests: Mapping[int, str]) -> None:
    """Move the file if the list names its digest; otherwise it never counted, and is deleted."""
    name = Name.of(sealed)
    if name is not None and digests.get(name.ordinal) == file_sha256(part):
        part.replace(sealed)
        sync(sealed.parent)
    else:
        part.unlink()


def _make_durable(part: Path) -> None:
    """What a child process wrote is on the disk after this, and its owner's only."""
    part.chmod(0o600)
    sync(part)
