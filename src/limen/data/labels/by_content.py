"""The label that files have by their content alone, as `data.yaml` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.lists.keeping import matchers_of
from limen.data.lists.store import KeptList
from limen.data.rules.content import content_of
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.judging import label_of
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import DataRules
from limen.facts import Label
from limen.storage import Keyring

_PURPOSE = "labels by content"


class ByContent(Protocol):
    def __call__(self, path: Path) -> Label | None:
        """The label of a file's content; None: it meets no label's conditions. Raises OSError."""


@contextmanager
def labels_by_content(rules: DataRules, lists: tuple[KeptList, ...], keyring: Keyring) -> Iterator[ByContent]:
    """What tells the label of files, with its processes, which end with it. Without conditions nothing is read."""
    if not any(one.when for one in rules.labels):
        yield lambda _path: None
        return
    scanner = ContentScanner(scanner_of(rules, keyring.key_for(_PURPOSE)), matchers_of(lists, keyring, rules))
    pool = Pool(scanner)
    inspection = Inspection(scanner, pool)
    try:
        yield lambda path: label_of(rules, content_of(inspection.inspect_file(path)))
    finally:
        pool.close()
