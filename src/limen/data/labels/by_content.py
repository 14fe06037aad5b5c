"""The label that files have by their content alone, as `data.yaml` says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Protocol

from limen.clock import Instant
from limen.data.by_command import protection_by_command
from limen.data.labels.files import Version, changed, opened, version_of
from limen.data.rules.judging import label_of
from limen.data.rules.stated import DataRules
from limen.facts import Label
from limen.storage import Database, Keyring


class ByContent(Protocol):
    def __call__(self, path: Path, version: Version | None = None) -> Label | None:
        """The label of a file's content; None: it meets no label's conditions. Raises OSError, and UnlabelledFileError
        for what is no plain file, and where it is not of this `version`.
        """


@contextmanager
def labels_by_content(database: Database, keyring: Keyring, rules: DataRules, now: Instant) -> Iterator[ByContent]:
    """What tells the label of files, with its processes, which end with it. Without conditions nothing is read."""
    if not any(one.when for one in rules.labels):
        yield lambda _path, _version=None: None
        return
    with protection_by_command(database, keyring, rules, now) as protection:

        def by_content(path: Path, version: Version | None = None) -> Label | None:
            with opened(path) as descriptor:
                if version is not None and version_of(os.fstat(descriptor)) != version:
                    raise changed(path)
                file = FileIO(os.dup(descriptor), "rb")
                return label_of(rules, protection.content(protection.inspect_open(file, path.name)))

        yield by_content
