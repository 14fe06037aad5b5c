"""Looking into an item: what is in it by the rules of data.yaml, as counts, and the label that it has by them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from hashlib import blake2b
from typing import Final, Protocol

import msgspec

from limen.clock import Instant
from limen.data.documents import Inspected
from limen.data.inventory.model import Counted, Item, LookedInto, Store
from limen.data.labels.beside import Beside, Hashed, with_beside
from limen.data.model import Confidence
from limen.data.rules.model import Channel, Judged, Passing
from limen.data.rules.stated import DataRules

MOST_DETECTORS: Final = 50
WAY: Final = 3
"""Of looking into documents. Whoever has more kinds of them read raises it: then everything is looked into again."""


class Protecting(Protocol):
    """What of `DataProtection` is used here."""

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected: ...

    def counting(self, passing: Passing, inspected: Inspected) -> Inspected: ...

    def judge(self, passing: Passing, inspected: Inspected) -> Judged: ...


class Looking(Protocol):
    """Looks into items. `mark` is another whenever the rules are: then everything is looked into again."""

    @property
    def mark(self) -> str: ...

    async def look(
        self, store: Store, item: Item, body: AsyncIterator[bytes], beside: Beside | None = None
    ) -> LookedInto: ...


class ByRules:
    """Looks into items as entry points do."""

    def __init__(self, protecting: Protecting, mark: str) -> None:
        self._protecting = protecting
        self.mark = mark

    async def look(
        self, store: Store, item: Item, body: AsyncIterator[bytes], beside: Beside | None = None
    ) -> LookedInto:
        name = item.path.rpartition("/")[2]
        passing = Passing(Channel.SHARE, app=store.name, name=name)
        read = Hashed(body)
        inspected = await self._protecting.inspect(body if beside is None else read.pieces(), name)
        inspected = with_beside(inspected, None if beside is None else beside(read.digest))
        inspected = self._protecting.counting(passing, inspected)
        return looked_into(inspected, self._protecting.judge(passing, inspected))


def mark_of(rules: DataRules, lists: Iterable[tuple[str, Instant]], allowed: Iterable[tuple[str, bytes]] = ()) -> str:
    """What says whether items are looked into by the same rules: labels, everything looked for, lists as kept, and the
    values that are allowed.
    """
    looked_for = [(one.id, one.expression, one.words) for one in rules.sought]
    of_rules = (rules.labels, rules.own, rules.dictionaries, rules.exact, rules.fingerprints)
    written = msgspec.json.encode((WAY, of_rules, looked_for, sorted(lists), sorted(allowed)), order="deterministic")
    return blake2b(written, digest_size=16).hexdigest()


def looked_into(inspected: Inspected, judged: Judged) -> LookedInto:
    """Counts, and no value. The label is the one in force: by its content, and by what it proves of itself."""
    unique, highest = inspected.found.unique(Confidence.LOW), inspected.found.highest()
    most = sorted(unique, key=lambda one: (-highest[one], -unique[one], one))[:MOST_DETECTORS]
    labels = [one for one in (inspected.label, judged.label) if one is not None]
    in_force = judged.in_force if judged.in_force is not None else max(labels, default=None)
    return LookedInto(
        label=in_force,
        counted=tuple(
            Counted(one, unique[one], int(highest[one]), is_more=one in inspected.found.more) for one in sorted(most)
        ),
        why_not=tuple(sorted(map(str, inspected.why_not))),
    )
