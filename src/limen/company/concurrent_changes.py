"""What others published since a folder was last in step with what is in force, and what of it the folder would undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from limen.company import store
from limen.company.authors import author_name
from limen.company.changes import Change, changes
from limen.company.company import Company
from limen.company.store import Revision
from limen.storage import Snapshot

FURTHEST: Final = 12
"""How many publications back an undoing is looked for: each is read whole."""


@dataclass(frozen=True, slots=True)
class Published:
    """A publication, with its author's name."""

    revision: str
    author: str
    reason: str

    def __str__(self) -> str:
        return f"{self.revision[:12]}, published by {self.author} because “{self.reason}”"


def published_since(snapshot: Snapshot, base: str) -> tuple[Published, ...]:
    """What was published after the revision `base` ("": none) went into force, the newest first; () where it still is.

    It is what `limen.company.publish.publish` would refuse with `expected=base`.
    """
    newest = store.newest(snapshot)
    if newest is None or newest.id == base:
        return ()
    began = store.named(snapshot, base, limit=1) if base else []
    return tuple(_published(snapshot, one) for one in store.since(snapshot, began[0].seq if began else 0))


def undone(snapshot: Snapshot, after: Company, found: Iterable[Change]) -> dict[tuple[str, str], Published]:
    """Which of these changes only take back what the last publication about the same thing did, by kind and name.

    `found` is what `after` has otherwise than what is in force. A publication that this Limen can't read ends the
    search, and the first of all is never undone: it began from nothing.
    """
    left = {(one.kind, one.name) for one in found}
    told: dict[tuple[str, str], Published] = {}
    history = store.history(snapshot, FURTHEST + 1)
    try:
        new = store.company_of(snapshot, history[0].id) if history and left else None
        for revision, earlier in pairwise(history):
            old = store.company_of(snapshot, earlier.id)
            if new is None or old is None or not left:
                break
            touched = left & _keys(changes(old, new))
            taken_back = touched - _keys(changes(old, after)) if touched else touched
            told |= dict.fromkeys(taken_back, _published(snapshot, revision))
            left -= touched
            new = old
    except ValueError:
        return told
    return told


def _keys(found: Iterable[Change]) -> set[tuple[str, str]]:
    return {(one.kind, one.name) for one in found}


def _published(snapshot: Snapshot, one: Revision) -> Published:
    return Published(one.id, author_name(snapshot, one.author), one.reason)
