"""Which revision a folder's text comes from, so that publishing it can't silently undo what others published since."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from limen.company import store
from limen.company.authors import SERVER
from limen.company.places import data_folder
from limen.settings import Settings
from limen.storage import Snapshot

_FILE: Final = "origin"
_ID: Final = re.compile(r"[0-9a-f]{8,40}")


def origin_of(root: Path, settings: Settings, snapshot: Snapshot) -> str:
    """The id of the revision that the folder at `root` was last published as or pulled to; "" before any.

    Where nothing was noted it is the newest one published on the server: before the first note, that was this folder.
    """
    try:
        noted = (data_folder(root, settings) / _FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        noted = ""
    if _ID.fullmatch(noted) and store.named(snapshot, noted, limit=1):
        return noted
    return next((one.id for one in store.history(snapshot) if one.via == SERVER), "")


def note_origin(root: Path, settings: Settings, revision_id: str) -> None:
    """Note that the folder is the same as this revision now."""
    folder = data_folder(root, settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{_FILE}.part"
    part.write_text(revision_id + "\n", "ascii")
    part.replace(folder / _FILE)
