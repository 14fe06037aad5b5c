"""The engines that a search asks, each in its own SQL, and what their answers come to together.

Where events are in ClickHouse it is asked, and the store here for what is not there yet; the journal is always here.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, Self

from limen.clock import Instant
from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.monitor.outgrown.event_table import IS_EVENT, TABLE, EventTable, columns
from limen.monitor.outgrown.shipping import Shipped, read_shipped
from limen.monitor.search.answer import Asked, AskedElsewhere, Group
from limen.monitor.search.sql import CLICKHOUSE, DUCKDB, Engine
from limen.monitor.stored import COLUMNS, journal_as_events
from limen.storage.errors import AskedTooMuchError
from limen.storage.event_store.asking import Asking
from limen.storage.event_store.columns import Columns

FACET_DEPTH: Final = 500
"""So many of the most frequent values each engine names, so that those of all of them together can be told."""
TOO_LONG: Final = ("The search took too long", "look through less time")


class EngineAsked(Protocol):
    """One engine with a condition over its events of a time."""

    def rows(self, most: int) -> list[dict[str, Any]]:
        """The newest."""
        ...

    def counts(self, width: int) -> list[tuple[int, int]]:
        """How many there are in each `width` since the time begins."""
        ...

    def frequent(self, column: str, most: int) -> list[tuple[str, int]]:
        """The most frequent values of a column, each with how often it is there."""
        ...

    def groups(self, names: Sequence[str], most: int) -> list[Group]:
        """The largest groups of those that are alike in these columns."""
        ...

    def close(self) -> None: ...


class _Asked:
    """What is the same for all engines: the statements, in which only names of ours stand, and bound values."""

    def __init__(
        self, engine: Engine, table: str, sql: str, values: Mapping[str, str | int], since: Instant, until: Instant
    ) -> None:
        self._values: dict[str, str | int] = {**values, "since": since, "until": until}
        self._engine = engine
        begin, end = engine.placeholder("since", since), engine.placeholder("until", until)
        self._meant = f'from {table} where "at" >= {begin} and "at" < {end} and ({sql})'
        names = ", ".join(f'"{name}"' for name in columns())
        self._newest = f'select {names} {self._meant} order by "at" desc, "uid" limit '

    def rows(self, most: int) -> list[dict[str, Any]]:
        names, found = self._ask(f"{self._newest}{most:d}", {}, most)
        return [dict(zip(names, row, strict=True)) for row in found]

    def counts(self, width: int) -> list[tuple[int, int]]:
        begin, wide = self._engine.placeholder("since", 0), self._engine.placeholder("width", width)
        sql = f'select floor(("at" - {begin}) / {wide}), count(*) {self._meant} group by 1'
        return [(int(place), count) for place, count in self._ask(sql, {"width": width}, 1_000)[1]]

    def frequent(self, column: str, most: int) -> list[tuple[str, int]]:
        sql = f"""select "{column}", count(*) {self._meant} and "{column}" <> ''
            group by 1 order by 2 desc, 1 limit {most:d}"""
        return [(value, count) for value, count in self._ask(sql, {}, most)[1]]

    def groups(self, names: Sequence[str], most: int) -> list[Group]:
        known = set(columns())
        by = ", ".join(f'"{name}"' for name in names if name in known)
        sql = f'select {by}, count(*) as "number", max("at") {self._meant} group by {by} order by "number" desc, {by}'
        found = self._ask(f"{sql} limit {most:d}", {}, most)[1]
        return [Group(tuple(map(str, values)), count, last_at) for *values, count, last_at in found]

    def _ask(self, sql: str, more: Mapping[str, str | int], most: int) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        raise NotImplementedError  # pragma: no cover -- each engine has its own


class Here(_Asked):
    """The store and the journal of this machine, by DuckDB. Raises AskedTooMuchError."""

    def __init__(self, asked: Asked, ends_at: float, after: int = 0) -> None:
        super().__init__(DUCKDB, "events", asked.sql, asked.values, asked.since, asked.until)
        self._asked, self._ends_at = asked, ends_at
        journal = journal_as_events(Path(asked.journal))
        self._asking = Asking(Path(asked.events), Columns.of(COLUMNS), journal, after=after)

    def close(self) -> None:
        self._asking.close()

    def _ask(self, sql: str, more: Mapping[str, str | int], most: int) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        found = self._asking.ask(
            sql,
            {**self._values, **more},
            since=self._asked.since,
            until=self._asked.until,
            most_rows=most,
            seconds=_left(self._ends_at),
        )
        return found.columns, found.rows


class There(_Asked):
    """ClickHouse, without what is looked for here. Raises ClickHouseError, and AskedTooMuchError."""

    def __init__(self, asked: Asked, elsewhere: AskedElsewhere, ends_at: float, chain: str, after: int) -> None:
        of, newer = CLICKHOUSE.placeholder("chain", chain), CLICKHOUSE.placeholder("after", after)
        sql = f'({elsewhere.sql}) and {IS_EVENT} and not ("chain" = {of} and "n" > {newer})'
        values = {**elsewhere.values, "chain": chain, "after": after}
        super().__init__(CLICKHOUSE, f"{TABLE} final", sql, values, asked.since, asked.until)
        self._client, self._ends_at = ClickHouse(elsewhere.server), ends_at

    def close(self) -> None:
        self._client.close()

    def _ask(self, sql: str, more: Mapping[str, str | int], most: int) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        values = {**self._values, **more}
        used = {name: value for name, value in values.items() if f"{{{name}:" in sql}
        try:
            found = self._client.ask(sql, used, seconds=_left(self._ends_at), most_rows=most)
        except ClickHouseError as error:
            if error.word == "too-much":
                raise AskedTooMuchError(*TOO_LONG) from None
            raise
        return found.columns, found.rows


class Together:
    """Several engines as one."""

    def __init__(self, *engines: EngineAsked) -> None:
        self._engines = engines

    @classmethod
    def over(cls, asked: Asked, elsewhere: AskedElsewhere, ends_at: float) -> Self:
        """ClickHouse, and here what is not there yet, or not any more. Raises ClickHouseError."""
        state = read_shipped(Path(elsewhere.state))
        after = _last_there(state, elsewhere, ends_at)
        return cls(There(asked, elsewhere, ends_at, state.chain, after), Here(asked, ends_at, after))

    def rows(self, most: int) -> list[dict[str, Any]]:
        every = {row["uid"]: row for engine in self._engines for row in engine.rows(most)}
        return sorted(every.values(), key=lambda row: (-row["at"], row["uid"]))[:most]

    def counts(self, width: int) -> list[tuple[int, int]]:
        found: Counter[int] = Counter()
        for engine in self._engines:
            for place, count in engine.counts(width):
                found[place] += count
        return list(found.items())

    def frequent(self, column: str, most: int) -> list[tuple[str, int]]:
        found: Counter[str] = Counter()
        for engine in self._engines:
            for value, count in engine.frequent(column, max(most, FACET_DEPTH)):
                found[value] += count
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:most]

    def groups(self, names: Sequence[str], most: int) -> list[Group]:
        found: dict[tuple[str, ...], Group] = {}
        for one in (each for engine in self._engines for each in engine.groups(names, most)):
            was = found.get(one.values, Group(one.values, 0, 0))
            found[one.values] = Group(one.values, was.count + one.count, max(was.last_at, one.last_at))
        return sorted(found.values(), key=lambda one: (-one.count, one.values))[:most]

    def close(self) -> None:
        for engine in self._engines:
            engine.close()


def _last_there(state: Shipped, elsewhere: AskedElsewhere, ends_at: float) -> int:
    """The number of the last event of the store here that is in ClickHouse, as its own mark says."""
    if not state.marked:
        return state.n
    client = ClickHouse(elsewhere.server)
    try:
        return state.there(EventTable(client).marked(state.chain, _left(ends_at)))
    finally:
        client.close()


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise AskedTooMuchError(*TOO_LONG)
    return left
