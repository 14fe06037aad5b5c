"""What commands look into documents with: the published rules, the kept lists and the values that are allowed, with or
without a server running. It judges as the server does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from limen.clock import Instant
from limen.data.allowed import store as allowed_values
from limen.data.documents import Inspected
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.lists import store as lists
from limen.data.made_inspection import MadeInspection, made_for
from limen.data.protection import PURPOSE
from limen.data.rules.content import Content, Value, content_of, without
from limen.data.rules.judging import judge
from limen.data.rules.model import Judged, Passing
from limen.data.rules.stated import DataRules
from limen.storage import Database, Keyring


@dataclass(frozen=True, slots=True)
class CommandProtection:
    """As `DataProtection`, of one moment. `allowed` are values that count for nobody, `names` what people read for
    detectors.
    """

    rules: DataRules
    made: MadeInspection
    marks: Marks
    allowed: frozenset[Value]
    names: Mapping[str, str]

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:
        return without(await self.made.inspection.inspect(body, name), self.allowed)

    def inspect_file(self, path: Path) -> Inspected:
        """Raises OSError."""
        return without(self.made.inspection.inspect_file(path), self.allowed)

    def inspect_open(self, file: FileIO, name: str) -> Inspected:
        """What is in a file that is open, which is closed then. Raises OSError."""
        return without(self.made.inspection.inspect_open(file, name), self.allowed)

    def counting(self, _passing: Passing, inspected: Inspected) -> Inspected:
        return inspected

    def content(self, inspected: Inspected) -> Content:
        """What counts of what was found, and how far its label is believed."""
        claim = self.marks.claim_of_all(inspected.carried, inspected.inside, self.rules.microsoft)
        return content_of(inspected, self.allowed, claim)

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        return judge(self.rules, passing, self.content(inspected), names=self.names)


@contextmanager
def protection_by_command(
    database: Database, keyring: Keyring, rules: DataRules, now: Instant
) -> Iterator[CommandProtection]:
    """Until the end of the block, with the processes that look into documents. Raises LimenError where a list can't be
    read.
    """
    kept = database.read(lambda snapshot: tuple(lists.every(snapshot.connection)))
    allowed = database.read(lambda snapshot: allowed_values.for_everybody(snapshot.connection, now))
    made = made_for(rules, kept, keyring, keyring.key_for(PURPOSE))
    try:
        yield CommandProtection(rules, made, Marks(keyring.keys_for(LABELS)), frozenset(allowed), rules.names)
    finally:
        made.pool.close()
