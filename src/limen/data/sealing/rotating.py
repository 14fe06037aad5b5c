"""Bringing sealed files to the newest keys of their label and period: a new header for each, the payload untouched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from limen.data.sealing import files, manifest, sealing_keys
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.store import SealingKey
from limen.errors import LimenError


class Outcome(StrEnum):
    ROTATED = "rotated"
    NEWEST = "newest"
    """It is sealed for the newest key already."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of one file; `why` it failed."""

    path: Path
    outcome: Outcome
    why: str = ""


def sealed_below(folder: Path) -> list[Path]:
    """Every sealed file with a manifest in a folder and below, links not followed."""
    ending = files.ENDING + manifest.ENDING
    beside = (path for path in folder.rglob(f"*{ending}") if not path.is_symlink())
    return sorted(path.with_name(path.name.removesuffix(manifest.ENDING)) for path in beside)


@dataclass
class Rotation:
    """One run over any number of files. Run again after whatever ended it, it does what is left."""

    company: Company
    keys: Sequence[SealingKey]
    _identities: dict[str, Identity] = field(default_factory=dict, repr=False)

    def rotate(self, paths: Sequence[Path]) -> Iterator[Rotated]:
        for path in paths:
            try:
                yield Rotated(path, self._rotate(path))
            except LimenError as error:
                yield Rotated(path, Outcome.FAILED, str(error))
            except OSError as error:
                yield Rotated(path, Outcome.FAILED, error.strerror or type(error).__name__)

    def _rotate(self, path: Path) -> Outcome:
        files.finish_rewrap(path)
        said = manifest.verify(manifest.read(path), self.company.verifying, path.name)
        able = [key for key in self.keys if (key.label.word, key.period) == (said.label, said.period)]
        if not able:
            raise SealedError(f"there is no key for {said.label} files of {said.period}", "restore the database")
        newest = able[0]
        identities = [self._identity(key) for key in able if key.is_usable]
        key, by = files.file_key_of(path, identities)
        manifest.check_key(said, key, path.name)  # else anybody with a certificate could name whom it is sealed for
        if said.key == newest.id and by.recipient.text == newest.recipient:
            return Outcome.NEWEST
        others = (*newest.recovery, *said.others)
        files.rewrap(path, key, [Recipient.read(text) for text in (newest.recipient, *others)])
        now = manifest.with_mac(msgspec.structs.replace(said, key=newest.id), key)
        manifest.write(path, manifest.sign(now, self.company.signing))
        return Outcome.ROTATED

    def _identity(self, key: SealingKey) -> Identity:
        if key.id not in self._identities:
            self._identities[key.id] = sealing_keys.opened(self.company, key)
        return self._identities[key.id]
