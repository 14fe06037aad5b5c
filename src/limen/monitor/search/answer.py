"""What is asked of the events, and what comes back: values that go to the process that searches, and return from it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from limen.clock import Instant, Milliseconds
from limen.connectors.clickhouse.server import Server

MOST_ROWS: Final = 200
MOST_EXPORTED: Final = 10_000
BUCKETS: Final = 48
FACETS: Final = ("source", "kind", "user", "host", "src_ip", "src_country", "app", "operation")
FACET_VALUES: Final = 6
MOST_GROUPS: Final = 5_000


class AskedElsewhere(msgspec.Struct, kw_only=True):
    """The same condition for ClickHouse. `state` is the folder that says how far events were brought there: what is
    newer is looked for here.
    """

    server: Server
    sql: str
    values: dict[str, str | int]
    state: str


class Asked(msgspec.Struct, kw_only=True):
    """A condition in SQL with its bound values, over events that happened from `since` to before `until`.

    `rows` of the newest are wanted; `is_summed`: with how many there are, when, and of which values. `groups` are the
    columns by whose values together they are counted, () for none.
    `seconds` is what all of it may take together. `missing`: why ClickHouse can't be asked though it is set.
    """

    events: str
    journal: str
    sql: str
    values: dict[str, str | int]
    since: Instant
    until: Instant
    rows: int = MOST_ROWS
    is_summed: bool = True
    groups: tuple[str, ...] = ()
    seconds: float = 10.0
    elsewhere: AskedElsewhere | None = None
    missing: str = ""


class Group(msgspec.Struct, frozen=True):
    """Events that are alike in some columns, whose values these are: how many there are, and when the newest was."""

    values: tuple[str, ...]
    count: int
    last_at: Instant


class Found(msgspec.Struct, kw_only=True):
    """`rows` are the columns of the normal form, the newest first. `buckets`: how many in each `width` from `since` on.
    `facets`: for each column its most frequent values. `groups`: the largest ones, `are_groups_cut` where there are
    more. `missing`: what was not looked through,
    and why; `wrong` and `fix`: why there is no answer.
    """

    rows: list[dict[str, Any]] = []
    is_cut: bool = False
    total: int = 0
    width: Milliseconds = 1
    buckets: list[int] = []
    facets: dict[str, list[tuple[str, int]]] = {}
    groups: list[Group] = []
    are_groups_cut: bool = False
    missing: str = ""
    wrong: str = ""
    fix: str = ""
