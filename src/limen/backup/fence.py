"""Of two machines that hold the same company only one may run: the one that was promoted last.

Each promotion draws the next epoch. The machine that was promoted writes it into the folder of backups that both reach;
one that finds a higher epoch there than its own has been replaced, and stops. Without such a folder, change the name in
DNS or switch the old machine off: nothing else keeps it from answering.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from limen.backup.errors import BackupError
from limen.backup.places import EPOCH
from limen.clock import Instant, to_iso
from limen.storage.files import read_own, replace_file

PROMOTED: Final = "promoted.json"
_MOST: Final = 4_096


class Promotion(msgspec.Struct, frozen=True):
    """Since `at` the machine of this epoch is the one that goes on."""

    epoch: int
    at: Instant
    machine: str


def epoch_of(data: Path) -> int:
    """The epoch that a data folder lives in; 0 before the first restore."""
    try:
        return int(read_own(data / EPOCH, 20).decode("ascii"))
    except (OSError, ValueError):
        return 0


def write_epoch(data: Path, epoch: int) -> None:
    replace_file(data / EPOCH, b"%d\n" % epoch)


def promoted_in(folder: Path) -> Promotion | None:
    """The newest promotion that a folder of backups tells of; None where it tells of none, or can't be read."""
    try:
        with (folder / PROMOTED).open("rb") as file:
            return msgspec.json.decode(file.read(_MOST), type=Promotion)
    except (OSError, msgspec.DecodeError):
        return None


def promote(folder: Path, epoch: int, now: Instant, machine: str) -> None:
    """Tell every machine that reaches `folder` that this epoch goes on. Raises OSError."""
    replace_file(folder / PROMOTED, msgspec.json.encode(Promotion(epoch, now, machine[:80])) + b"\n")


def refuse_if_replaced(data: Path, folder: Path | None) -> None:
    """Raises BackupError on a machine whose place another has taken."""
    found = promoted_in(folder) if folder is not None else None
    if found is not None and found.epoch > epoch_of(data):
        raise BackupError(
            f"another machine ({found.machine[:80]}) took this one's place on {to_iso(found.at)}",
            f"keep this one off. If that was a mistake, stop the other one, then remove {folder}/{PROMOTED}",
        )
