"""What is asked of the events, and what comes back: values that go to the process that searches, and return from it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from limen.clock import Instant, Milliseconds

MOST_ROWS: Final = 200
MOST_EXPORTED: Final = 10_000
BUCKETS: Final = 48
FACETS: Final = ("source", "kind", "user", "host", "src_ip", "src_country", "app", "operation")
FACET_VALUES: Final = 6


class Asked(msgspec.Struct, kw_only=True):
    """A condition in SQL with its bound values, over events that happened from `since` to before `until`.

    `rows` of the newest are wanted; `is_summed`: with how many there are, when, and of which values.
    `seconds` is what all of it may take together.
    """

    events: str
    journal: str
    sql: str
    values: dict[str, str | int]
    since: Instant
    until: Instant
    rows: int = MOST_ROWS
    is_summed: bool = True
    seconds: float = 10.0


class Found(msgspec.Struct, kw_only=True):
    """`rows` are the columns of the normal form, the newest first. `buckets`: how many in each `width` from `since` on.
    `facets`: for each column its most frequent values. `wrong` and `fix`: why there is no answer.
    """

    rows: list[dict[str, Any]] = []
    is_cut: bool = False
    total: int = 0
    width: Milliseconds = 1
    buckets: list[int] = []
    facets: dict[str, list[tuple[str, int]]] = {}
    wrong: str = ""
    fix: str = ""
