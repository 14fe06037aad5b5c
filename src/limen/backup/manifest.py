"""The first file of every backup: what it holds, to the byte, signed with a key that follows from the master key."""

from __future__ import annotations

import hmac
import re
from typing import Final

import msgspec

from limen.backup.errors import BackupUnfitError
from limen.clock import Instant
from limen.storage.journal.snapshot import CopiedLines

FORMAT: Final = 1
NAME: Final = "manifest.json"
DATABASE: Final = "database/limen.db"
KEY: Final = "master.key"
JOURNAL: Final = "journal/"
MOST_BYTES: Final = 8 << 20
"""How large a manifest may be: ten years of hourly segments fit."""
_FILE: Final = re.compile(
    r"journal/[a-z0-9][a-z0-9-]{0,39}/"
    r"(\d{8}-\d{13}\.(jsonl|parquet)|checkpoint\.json|sealed\.json|break-glass\.segment|checkpoint-\d{1,15}\.evidence)"
)


class Entry(msgspec.Struct, frozen=True):
    """One file: its name in the backup, its length in bytes, its SHA-256 in hex."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`counts` are the rows of each table; `journal` says for each writer from which line to which it goes."""

    format: int = FORMAT
    limen: str
    schema: str
    company: str
    at: Instant
    revision: str
    apps: int
    counts: dict[str, int]
    journal: dict[str, CopiedLines]
    epoch: int
    files: tuple[Entry, ...]
    mac: str = ""

    @property
    def has_key(self) -> bool:
        return any(entry.name == KEY for entry in self.files)

    @property
    def size(self) -> int:
        """Bytes, before packing."""
        return sum(entry.size for entry in self.files)

    @property
    def lines(self) -> int:
        return sum(reach.last - reach.first + 1 for reach in self.journal.values())


def signed(manifest: Manifest, key: bytes) -> Manifest:
    return msgspec.structs.replace(manifest, mac=_mac(manifest, key))


def is_genuine(manifest: Manifest, keys: tuple[bytes, ...]) -> bool:
    """Whether one of these keys signed it, and nothing was changed since."""
    return any(hmac.compare_digest(_mac(manifest, key), manifest.mac) for key in keys)


def read_manifest(written: bytes) -> Manifest:
    """The manifest in these bytes, with names that lead nowhere but where they should. Raises BackupUnfitError."""
    try:
        if bytes(msgspec.json.decode(written, type=dict[str, msgspec.Raw]).get("format", b"")) != b"%d" % FORMAT:
            raise BackupUnfitError(
                "this backup was made by a different version of Limen",
                "restore it with the version of Limen that made it",
            )
        found = msgspec.json.decode(written, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BackupUnfitError("this is not a Limen backup: its list of contents can't be read", "") from None
    names = [entry.name for entry in found.files]
    strange = [name for name in names if name not in {DATABASE, KEY} and not _FILE.fullmatch(name)]
    if strange or len(set(names)) != len(names) or DATABASE not in names:
        raise BackupUnfitError(
            "this backup lists files that don't belong in a backup", "use another one: it was tampered with"
        )
    if any(entry.size < 0 for entry in found.files) or not re.fullmatch(r"\d{4}", found.schema):
        raise BackupUnfitError("this backup's list of contents is invalid", "use another one")
    return found


def _mac(manifest: Manifest, key: bytes) -> str:
    said = msgspec.json.encode(msgspec.structs.replace(manifest, mac=""), order="deterministic")
    return hmac.digest(hmac.digest(key, b"limen backup 1", "sha256"), said, "sha256").hex()
