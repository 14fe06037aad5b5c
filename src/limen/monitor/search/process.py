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
from typing import Final

import msgspec

from limen.connectors.clickhouse.client import ClickHouseError
from limen.errors import LimenError
from limen.monitor.search.answer import BUCKETS, FACET_VALUES, FACETS, MOST_GROUPS, Asked, Found
from limen.monitor.search.engines import EngineAsked, Here, Together

PART_ELSEWHERE: Final = 0.7
"""Of the time, for ClickHouse: where it hangs, the rest is for what is here."""
NICENESS: Final = 10


def search(asked: Asked) -> Found:
    """The answer, in all `asked.seconds`. Raises LimenError where it takes too long or too much."""
    if not Path(asked.events).is_dir():  # nothing was ever kept; whoever searches makes no folder of the server's
        with TemporaryDirectory(prefix="limen-search-") as nothing:
            Path(nothing, "events").mkdir()
            return search(msgspec.structs.replace(asked, events=str(Path(nothing, "events"))))
    ends_at, missing = time.monotonic() + asked.seconds, asked.missing
    if asked.elsewhere is not None:
        try:
            return _found(
                Together.over(asked, asked.elsewhere, time.monotonic() + asked.seconds * PART_ELSEWHERE), asked
            )
        except ClickHouseError as error:
            missing = error.what
    found = _found(Here(asked, ends_at), asked)
    found.missing = f"{missing}, so this shows only what is still on this machine" if missing else ""
    return found


def _found(engine: EngineAsked, asked: Asked) -> Found:
    try:
        rows = engine.rows(asked.rows + 1)
        answer = Found(rows=rows[: asked.rows], is_cut=len(rows) > asked.rows)
        if asked.groups:
            groups = engine.groups(asked.groups, MOST_GROUPS + 1)
            answer.groups, answer.are_groups_cut = groups[:MOST_GROUPS], len(groups) > MOST_GROUPS
        if not asked.is_summed:
            return answer
        answer.width = max((asked.until - asked.since) // BUCKETS, 1)
        answer.buckets = [0] * BUCKETS
        for place, count in engine.counts(answer.width):
            answer.buckets[min(place, BUCKETS - 1)] += count
        answer.total = sum(answer.buckets)
        for column in FACETS:
            answer.facets[column] = engine.frequent(column, FACET_VALUES)
        return answer
    finally:
        engine.close()


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
