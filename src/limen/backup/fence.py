"""Of two machines that hold the same company only one may run: the one that was promoted last.

Each promotion draws the next epoch. The machine that was promoted writes it into the folder of backups that both reach;
one that finds a higher epoch there than its own has been replaced, and stops. Without such a folder, change the name in
DNS or switch the old machine off: nothing else keeps it from answering.

A promotion is signed with a key that follows from the master key, which both machines hold. Whoever else can write into
the folder of backups stops nobody with it.
"""

from __future__ import annotations

import hmac
import logging
from pathlib import Path
from typing import Final

import msgspec

from limen.backup.errors import BackupError
from limen.backup.places import EPOCH
from limen.clock import Instant, to_iso
from limen.storage.files import read_own, replace_file
from limen.storage.keyring import journal_key

PROMOTED: Final = "promoted.json"
_MOST: Final = 4_096

_log = logging.getLogger(__name__)


class Promotion(msgspec.Struct, frozen=True):
    """Since `at` the machine of this epoch is the one that goes on."""

    epoch: int
    at: Instant
    machine: str
    mac: str = ""


def epoch_of(data: Path) -> int:
    """The epoch that a data folder lives in; 0 before the first restore."""
    try:
        return int(read_own(data / EPOCH, 20).decode("ascii"))
    except (OSError, ValueError):
        return 0


def write_epoch(data: Path, epoch: int) -> None:
    replace_file(data / EPOCH, b"%d\n" % epoch)


def promoted_in(folder: Path, master: bytes) -> Promotion | None:
    """The newest promotion that a folder of backups tells of; None where it tells of none.

    One that is not signed with this master key is reported in the log, and counts for nothing.
    """
    try:
        with (folder / PROMOTED).open("rb") as file:
            found = msgspec.json.decode(file.read(_MOST), type=Promotion)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = None
    if found is not None and hmac.compare_digest(_mac(master, found).encode(), found.mac.encode()):
        return found
    _log.warning(
        "%s is ignored: it is not signed with this company's master key. Find out who put it there, then remove it",
        folder / PROMOTED,
    )
    return None


def promote(folder: Path, epoch: int, now: Instant, machine: str, master: bytes) -> None:
    """Tell every machine that reaches `folder` that this epoch goes on. Raises OSError."""
    promotion = Promotion(epoch, now, machine[:80])
    promotion = msgspec.structs.replace(promotion, mac=_mac(master, promotion))
    replace_file(folder / PROMOTED, msgspec.json.encode(promotion) + b"\n")


def _mac(master: bytes, promotion: Promotion) -> str:
    said = msgspec.json.encode(msgspec.structs.replace(promotion, mac=""))
    return hmac.digest(journal_key(master), b"limen promotion|" + said, "sha256").hex()


def refuse_if_replaced(data: Path, folder: Path | None, master: bytes | None) -> None:
    """Raises BackupError on a machine whose place another has taken. One without a master key has had no place yet."""
    found = promoted_in(folder, master) if folder is not None and master is not None else None
    if found is not None and found.epoch > epoch_of(data):
        raise BackupError(
            f"another machine ({found.machine[:80]}) took this one's place on {to_iso(found.at)}",
            f"keep this one off. If that was a mistake, stop the other one, then remove {folder}/{PROMOTED}",
        )
