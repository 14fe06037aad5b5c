"""Searches once and ends: `python -P -m limen.monitor.search.process` reads an `Asked` and writes a `Found`, in JSON.

It is a process of its own, so that neither the memory nor the time of a search is taken from decisions.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import msgspec

from limen.errors import LimenError
from limen.monitor.search.answer import BUCKETS, FACET_VALUES, FACETS, Asked, Found
from limen.monitor.stored import COLUMNS, journal_as_events
from limen.storage.errors import AskedTooMuchError
from limen.storage.event_store.asking import Asking
from limen.storage.event_store.columns import Columns

if TYPE_CHECKING:
    from collections.abc import Mapping

NICENESS: Final = 10


def search(asked: Asked) -> Found:
    """The answer, in all `asked.seconds`. Raises LimenError where it takes too long or too much."""
    ends_at = time.monotonic() + asked.seconds
    if not Path(asked.events).is_dir():  # nothing was ever kept; whoever searches makes no folder of the server's
        with TemporaryDirectory(prefix="limen-search-") as nothing:
            Path(nothing, "events").mkdir()
            return search(msgspec.structs.replace(asked, events=str(Path(nothing, "events"))))
    asking = Asking(Path(asked.events), Columns.of(COLUMNS), journal_as_events(Path(asked.journal)))
    within = '"at" >= $since and "at" < $until'
    meant = f"from events where {within} and ({asked.sql})"
    values: dict[str, Any] = {**asked.values, "since": asked.since, "until": asked.until}

    def ask(sql: str, most: int, more: Mapping[str, Any] | None = None) -> tuple[tuple[str, ...], list[Any], bool]:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise AskedTooMuchError("The search took too long", "look through less time")
        found = asking.ask(
            sql,
            {**values, **(more or {})},
            since=asked.since,
            until=asked.until,
            most_rows=most,
            seconds=left,
        )
        return found.columns, found.rows, found.is_cut

    try:
        names, rows, is_cut = ask(f'select * {meant} order by "at" desc, "uid" limit {asked.rows + 1}', asked.rows)
        answer = Found(rows=[dict(zip(names, row, strict=True)) for row in rows], is_cut=is_cut)
        if not asked.is_summed:
            return answer
        width = max((asked.until - asked.since) // BUCKETS, 1)
        over_time = f'select floor(("at" - $since) / $width), count(*) {meant} group by 1'
        _, counted, _ = ask(over_time, BUCKETS + 1, {"width": width})
        answer.width = width
        answer.buckets = [0] * BUCKETS
        for place, count in counted:
            answer.buckets[min(int(place), BUCKETS - 1)] += count
        answer.total = sum(answer.buckets)
        for column in FACETS:
            most = f"""select "{column}", count(*) {meant} and "{column}" <> ''
                group by 1 order by 2 desc, 1 limit {FACET_VALUES}"""
            _, found, _ = ask(most, FACET_VALUES)
            answer.facets[column] = [(value, count) for value, count in found]
        return answer
    finally:
        asking.close()


def main() -> None:
    with suppress(OSError):
        os.nice(NICENESS)  # whoever decides goes first
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    try:
        found = search(asked)
    except LimenError as error:
        found = Found(wrong=error.what, fix=error.fix)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
