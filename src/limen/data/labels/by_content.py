"""The label that files have by their content alone, as `data.yaml` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from limen.clock import Instant
from limen.data.by_command import protection_by_command
from limen.data.rules.judging import label_of
from limen.data.rules.stated import DataRules
from limen.facts import Label
from limen.storage import Database, Keyring


class ByContent(Protocol):
    def __call__(self, path: Path) -> Label | None:
        """The label of a file's content; None: it meets no label's conditions. Raises OSError."""


@contextmanager
def labels_by_content(database: Database, keyring: Keyring, rules: DataRules, now: Instant) -> Iterator[ByContent]:
    """What tells the label of files, with its processes, which end with it. Without conditions nothing is read."""
    if not any(one.when for one in rules.labels):
        yield lambda _path: None
        return
    with protection_by_command(database, keyring, rules, now) as protection:
        yield lambda path: label_of(rules, protection.content(protection.inspect_file(path)))
