"""What looks into documents for some rules and lists. Importing it is heavy: whoever may never need it does so late."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.lists.keeping import matchers_of
from limen.data.lists.store import KeptList
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.stated import DataRules
from limen.storage import Keyring


@dataclass(slots=True)
class MadeInspection:
    """It is ended (`pool.close`) when it is retired and nobody uses it any more."""

    rules: DataRules
    lists: tuple[KeptList, ...]
    inspection: Inspection
    pool: Pool
    uses: int = 0
    is_retired: bool = False


def made_for(
    rules: DataRules, lists: tuple[KeptList, ...], keyring: Keyring, key: bytes, folder: Path | None = None
) -> MadeInspection:
    """Takes a second."""
    scanner = ContentScanner(scanner_of(rules, key), matchers_of(lists, keyring, rules, in_doubt=True))
    scanner.text(b" ")  # now, and not where somebody waits for the first text, its expressions are compiled
    pool = Pool(scanner)
    return MadeInspection(rules, lists, Inspection(scanner, pool, folder=folder), pool)
