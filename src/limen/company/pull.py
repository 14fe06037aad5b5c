"""Bringing a folder to the revision in force, file by file; what was changed in it and never published is not lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from limen.company.company import Company
from limen.company.folder import SETTINGS, Folder, read_folder
from limen.company.load import FolderError, company_in
from limen.company.new_folder import IGNORED, ignored
from limen.errors import LimenError
from limen.settings import Settings

_HEADER: Final = re.compile(r"^[ \t]*\[[ \t]*([A-Za-z0-9_-]+)[ \t.\]]")
_OF_THE_MACHINE: Final = frozenset({"database", "listen", "storage"})
"""The sections of limen.toml that say where one machine listens and keeps its data; they are never pulled."""


class Conflict(StrEnum):
    """What to do with a file that was changed on both sides: nothing at all, take theirs, or keep the folder's."""

    REFUSE = "refuse"
    TAKE = "take"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of the folder's files: written anew, removed, or kept because only this folder changed them."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def pull(
    root: Path, base: Mapping[str, str], company: Company, settings: Settings, on_conflict: Conflict = Conflict.REFUSE
) -> Pulled:
    """Bring the folder at `root` to `company`'s texts; `base` are those of the revision it came from.

    A file that only changed in force is written; one that only changed here is kept; one that changed on both sides is
    a conflict: then, unless `on_conflict` says otherwise, nothing is written and `LimenError` names them all. The
    machine's own sections of limen.toml stay as `settings` has them. Raises `LimenError` where no texts were kept.
    """
    theirs = dict(company.files)
    if not theirs:
        raise LimenError(
            "the texts of this revision were not stored: it was published by an older Limen",
            "publish the folder once with `limen apply`",
        )
    ours = read_folder(root).texts
    if SETTINGS in ours:
        theirs[SETTINGS] = with_machine_sections(theirs[SETTINGS], ours[SETTINGS])
    wanted: dict[str, str | None] = {}
    kept: list[str] = []
    conflicts: list[str] = []
    for name in sorted({*ours, *theirs}):
        our, their = ours.get(name), theirs.get(name)
        if _company_part(name, our) == _company_part(name, their):
            continue
        if _company_part(name, our) == _company_part(name, base.get(name)):
            wanted[name] = their
        elif _company_part(name, their) == _company_part(name, base.get(name)):
            kept.append(name)
        elif on_conflict is Conflict.REFUSE:
            conflicts.append(name)
        elif on_conflict is Conflict.TAKE:
            wanted[name] = their
        else:
            kept.append(name)
    if conflicts:
        raise LimenError(
            f"changed both here and in the revision in force: {', '.join(conflicts)}",
            (
                "`limen pull --take` uses the revision in force, `limen pull --keep` keeps your version; "
                "nothing was written"
            ),
        )
    _refuse_what_means_another(ours, wanted, company, settings, is_whole=not kept)
    for name, text in wanted.items():
        if text is None:
            (root / name).unlink()
        else:
            write_text(root, name, text)
    written = tuple(name for name, text in wanted.items() if text is not None)
    return Pulled(written, tuple(name for name in wanted if name not in written), tuple(kept))


def write_all(target: Path, company: Company) -> None:
    """Write every text of `company` into a new folder. Raises `LimenError` where anything is there already."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise LimenError(f"{target} is not empty", "choose a new folder; nothing was written")
    if not company.files:
        raise LimenError("the texts of this revision were not stored", "it was published by an older Limen")
    target.mkdir(parents=True, exist_ok=True)
    for name, text in company.files.items():
        write_text(target, name, text)
    keep_out_of_git(target, company.settings)


def keep_out_of_git(root: Path, settings: Settings) -> None:
    """Write the baseline's .gitignore where there is none, so that no `git add .` takes the key and the database."""
    if (root / IGNORED).exists() or (root / IGNORED).is_symlink():
        return
    data, text = settings.storage.data, ignored()
    if not data.is_absolute() and f"{data}/" not in text.splitlines():
        text += f"{data}/\n"
    write_text(root, IGNORED, text)


def write_text(root: Path, name: str, text: str) -> None:
    """Put `text` at `name` under `root`, wholly or not at all, byte for byte. Raises `LimenError` outside of `root`."""
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(root.resolve()) or target.is_symlink():
        raise LimenError(f"{name} is a link, or is reached through one", "put a regular file into the folder")
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(text.encode())
    part.replace(target)


def with_machine_sections(theirs: str, ours: str) -> str:
    """The text of limen.toml as `theirs` has it, with the sections of the machine as `ours` has them."""
    if _sections(theirs)[1] == _sections(ours)[1]:
        return theirs
    company, machine = _sections(theirs)[0], _sections(ours)[1]
    return f"{company.rstrip()}\n\n{machine.strip()}\n" if machine.strip() else f"{company.rstrip()}\n"


def _company_part(name: str, text: str | None) -> str | None:
    return text if text is None or name != SETTINGS else _sections(text)[0].strip()


def _sections(text: str) -> tuple[str, str]:
    """limen.toml cut in two: what the company says, and what is the machine's own."""
    parts: tuple[list[str], list[str]] = ([], [])
    is_machine = False
    for line in text.splitlines(keepends=True):
        if header := _HEADER.match(line):
            is_machine = header[1] in _OF_THE_MACHINE
        parts[is_machine].append(line)
    return "".join(parts[0]), "".join(parts[1])


def _refuse_what_means_another(
    ours: Mapping[str, str], wanted: Mapping[str, str | None], company: Company, settings: Settings, *, is_whole: bool
) -> None:
    """Read what would be written before it is: it must mean what is in force, and leave the machine's part alone."""
    after = {name: text for name, text in {**ours, **wanted}.items() if text is not None}
    try:
        read = company_in(Folder(dict(sorted(after.items())), ()))
    except FolderError:
        if is_whole:
            raise LimenError("limen.toml can't be merged with this machine's", "merge it by hand") from None
        return  # what was changed here and is kept does not fit what is in force: `limen check` says where
    is_same_machine = (read.settings.listen, read.settings.storage) == (settings.listen, settings.storage)
    if (is_whole and read.revision != company.revision) or not is_same_machine:
        raise LimenError("limen.toml can't be merged with this machine's", "merge it by hand; nothing was written")
