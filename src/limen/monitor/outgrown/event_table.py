"""The events in ClickHouse: one table with the columns of the normal form, each event once, kept as long as here.

A row is told by its `source` and `uid`: one that comes twice is one row, whichever node brought it (`final` in every
question). `chain` and `n` say which node's store it comes from, and as which of its events.

Beside the events of each chain stands its mark: a row without a source that says up to which event they are there. What
happens to the table (it is dropped, emptied, put back from before) happens to the mark, so a mark that is behind what
was brought shows it, and so does one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from limen.clock import DAY, Instant
from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.connectors.clickhouse.server import placeholder
from limen.monitor.stored import COLUMNS
from limen.storage.event_store.columns import Kind
from limen.storage.event_store.keeping import Keeping

SECONDS: Final = 30.0
TABLE: Final = "events"
OWN: Final = {"chain": "LowCardinality(String)", "n": "Int64", "first": "Int64 default -received_at"}
"""Columns of the table's own. Of rows that are alike the one with the highest `first` stays, which came first."""
_FEW_VALUES: Final = frozenset({"source", "mapper", "product", "category", "service", "src_country"})
_LONG: Final = frozenset({"raw", "command_line", "user_agent"})
_INT64: Final = range(-(1 << 63), 1 << 63)
_NUMBERS: Final = frozenset(one.name for one in COLUMNS if one.kind is Kind.NUMBER)
_TEXTS: Final = frozenset(one.name for one in COLUMNS if one.kind is Kind.TEXT)


def _type(name: str, kind: Kind) -> str:
    if kind is Kind.NUMBER:
        return "Int64"
    if kind is Kind.JSON:
        return "String default '{}' codec(ZSTD(3))"
    if name in _FEW_VALUES:
        return "LowCardinality(String)"
    return "String codec(ZSTD(3))" if name in _LONG else "String"


_TYPES: Final = {**{one.name: _type(one.name, one.kind) for one in COLUMNS}, **OWN}
CREATE: Final = f"""create table if not exists {TABLE} (
    {", ".join(f'"{name}" {kind}' for name, kind in _TYPES.items())},
    index at_range "at" type minmax granularity 1
) engine = ReplacingMergeTree("first") order by ("source", "uid")
partition by toYYYYMMDD(fromUnixTimestamp64Milli("received_at", 'UTC'))
settings non_replicated_deduplication_window = 1000"""
ADD: Final = f"alter table {TABLE} " + ", ".join(
    f'add column if not exists "{name}" {kind}' for name, kind in _TYPES.items()
)
"""What an older Limen made the table without."""
INSERT: Final = (
    f"""insert into {TABLE} ({", ".join(f'"{name}"' for name in _TYPES if name != "first")}) format JSONEachRow"""
)


MARKED_AT: Final = 7_258_118_400_000
"""When marks "came", so that they pass no keeping time and lie in one partition of their own: in the year 2200."""
IS_EVENT: Final = """"source" <> ''"""
"""Without the marks."""
_MARK: Final = f"""insert into {TABLE} ("source", "uid", "received_at", "chain", "n", "first") format JSONEachRow"""


class EventTable:
    """The table of one database. Used by one thread at a time."""

    def __init__(self, client: ClickHouse) -> None:
        self._client = client

    def prepare(self) -> None:
        """Make the table where there is none, and add what an older Limen left out. Raises ClickHouseError."""
        self._client.command(CREATE, seconds=SECONDS)
        self._client.command(ADD, seconds=SECONDS)

    def add(self, chain: str, numbered: Sequence[tuple[int, bytes]], turn: int = 0) -> int:
        """Keep these lines, each with its number, and return how many of them can't be kept at all.

        The same lines a second time in one `turn` are not kept again; in another they are, where their rows are gone:
        ClickHouse may remember a batch whose rows it has no more. What it can't read goes again with what does not fit
        its column left out, as the store here does; what it takes in no form is left out, so that none holds up what
        comes after it. Raises ClickHouseError.
        """
        rows = [_row(chain, n, line) for n, line in numbered]
        try:
            self._insert(rows, turn)
        except ClickHouseError as error:
            if error.word != "lines":
                raise
            fitting = [(n, fits) for n, line in numbered if (fits := _fitting(line))]
            return (
                len(numbered) - len(fitting) + self._add_what_fits([_row(chain, n, fits) for n, fits in fitting], turn)
            )
        return 0

    def mark(self, chain: str, n: int, turn: int = 0) -> None:
        """Say that the events of this chain up to `n` are there. Raises ClickHouseError."""
        row = {"source": "", "uid": chain, "received_at": MARKED_AT, "chain": chain, "n": n, "first": n}
        self._client.insert(_MARK, [msgspec.json.encode(row)], f"{chain} {turn} {n}", seconds=SECONDS)

    def marked(self, chain: str, seconds: float = SECONDS) -> int:
        """Up to which number the events of this chain are there; 0 where there is no mark. Raises ClickHouseError."""
        where = """"source" = '' and "uid" = {chain:String} and "received_at" = {at:Int64}"""
        return self._greatest(where, {"chain": chain, "at": MARKED_AT}, seconds)

    def greatest(self, chain: str) -> int:
        """The highest number of this chain, for what was brought without marks; 0 where there is none. It reads
        a column of all events. Raises ClickHouseError.
        """
        return self._greatest('"chain" = {chain:String}', {"chain": chain}, SECONDS)

    def expire(self, keeping: Keeping, now: Instant) -> None:
        """Delete what is past its keeping time. Raises ClickHouseError."""
        named = sorted(keeping.days_of)
        for source in named:
            self._delete('"source" = {source:String}', now - keeping.days_of[source] * DAY, {"source": source})
        others = " and ".join(f'"source" <> {placeholder(f"s{at}", name)}' for at, name in enumerate(named)) or "true"
        self._delete(others, now - keeping.days * DAY, {f"s{at}": name for at, name in enumerate(named)})

    # Inside

    def _greatest(self, where: str, values: dict[str, str | int], seconds: float) -> int:
        found = self._client.ask(f'select max("n") from {TABLE} where {where}', values, seconds=seconds)  # noqa: S608
        return int(found.rows[0][0]) if found.rows else 0

    def _insert(self, rows: Sequence[bytes], turn: int) -> None:
        token = sha256(b"\n".join(rows)).hexdigest()
        self._client.insert(INSERT, rows, f"{token} {turn}" if turn else token, seconds=SECONDS)

    def _add_what_fits(self, rows: Sequence[bytes], turn: int) -> int:
        """By halves, so that a few that can't be kept cost a few attempts."""
        try:
            if rows:
                self._insert(rows, turn)
        except ClickHouseError as error:
            if error.word != "lines":
                raise
            if len(rows) == 1:
                return 1
            middle = len(rows) // 2
            return self._add_what_fits(rows[:middle], turn) + self._add_what_fits(rows[middle:], turn)
        return 0

    def _delete(self, which: str, before: Instant, values: dict[str, str | int]) -> None:
        """Only where there is something: each deletion has parts written anew."""
        where = f'{which} and "received_at" < {{before:Int64}}'
        bound = {**values, "before": before}
        found = self._client.ask(f"select 1 from {TABLE} where {where} limit 1", bound, seconds=SECONDS)  # noqa: S608
        if found.rows:
            self._client.command(f"delete from {TABLE} where {where}", bound, seconds=SECONDS)  # noqa: S608 -- ours


def _row(chain: str, n: int, line: bytes) -> bytes:
    """The line of an event with where it comes from; that stands last, so nothing in the line can stand for it."""
    return b'%s,"chain":%s,"n":%d}' % (line.rstrip()[:-1], msgspec.json.encode(chain), n)


def _fitting(line: bytes) -> bytes:
    """The line with what fits its column, all else is unknown; nothing where it is no event."""
    try:
        said = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return b""
    fits = {
        name: value
        for name, value in said.items()
        if (name in _TEXTS and isinstance(value, str))
        or (name in _NUMBERS and isinstance(value, int) and value in _INT64)
        or (name == "fields" and isinstance(value, dict))
    }
    return msgspec.json.encode(fits) if fits.get("uid") else b""


def columns() -> Iterable[str]:
    """The columns that an event has, without the table's own."""
    return (one.name for one in COLUMNS)
