"""Which privileged things people did, each with the grants that they had then: counted from the journal.

Of sealed segments DuckDB counts; what is not sealed yet is read line by line, as `storage/journal/usage.py` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from limen.access.standing.privilege import PRIVILEGED, is_privileged
from limen.clock import Instant
from limen.facts import LIMEN, App, Grant
from limen.policy.decision import Effect, Named
from limen.storage.journal import Reader
from limen.storage.journal.past_decisions import decisions_of, sharing
from limen.storage.journal.usage import MEMORY
from limen.storage.segments.parquet import in_memory, rows_of

_AT_ONCE: Final = 64
"""Segments that one question is about: between two of them others have their turn."""
_NOTHING_HELD: Final = msgspec.Raw(b"[]")


@dataclass(frozen=True, slots=True)
class ElevatedUse:
    """Privileged requests that were permitted: `actor` is whose they were ("" nobody's).

    `grants` are the ids of the grants for it that were live then; none where none was, or where it is not on record.
    """

    actor: str
    app: str
    action: str
    grants: tuple[str, ...]
    count: int


def elevated_uses(
    reader: Reader, apps: Iterable[App], since: Instant, breathe: Callable[[], object]
) -> tuple[ElevatedUse, ...]:
    """Since then, but for what was done with Limen itself. `breathe` is called between parts."""
    restricted = sorted(one.id for one in apps if one.id != LIMEN and is_privileged(one, "view"))
    counted: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    paths = [span.path for span in reader.spans(since)]
    for one in _each(paths, restricted, since, breathe):
        counted[one.actor, one.app, one.action, one.grants] += one.count
    return tuple(ElevatedUse(*key, count) for key, count in counted.items())


def _each(
    paths: list[Path], restricted: list[str], since: Instant, breathe: Callable[[], object]
) -> Iterator[ElevatedUse]:
    sealed = [path for path in paths if path.suffix == ".parquet"]
    for begin in range(0, len(sealed), _AT_ONCE):
        breathe()
        yield from _sealed(sealed[begin : begin + _AT_ONCE], restricted, since)
    for path in paths:
        if path.suffix != ".parquet":
            breathe()
            yield from _open(path, frozenset(restricted), since)


def _open(path: Path, restricted: frozenset[str], since: Instant) -> Iterator[ElevatedUse]:
    grants_in: Callable[[msgspec.Raw], tuple[Grant, ...]] = sharing(tuple[Grant, ...], lambda some: some)
    for one in decisions_of(path, since, with_facts=True):
        action = one.request.action
        is_one = one.app != LIMEN and (action in PRIVILEGED or one.app in restricted)
        if one.effect == Effect.PERMIT and is_one and Named.CORS_PREFLIGHT.value not in one.reasons:
            held = grants_in(one.facts.grants if one.facts is not None else _NOTHING_HELD)
            yield ElevatedUse(one.actor, one.app, action, _live(held, one.app, action, one.now), one.count)


def _sealed(paths: list[Path], restricted: list[str], since: Instant) -> list[ElevatedUse]:
    """A segment holds every fact that its decisions were made on, so none is looked for elsewhere."""
    there = [path for path in paths if path.exists()]  # past its keeping time since the list was made
    if not there:
        return []
    asked = (
        "json_extract_string(line, ['$.b.unmapped.decision.facts', '$.b.unmapped.decision.now', "
        "'$.b.unmapped.decision.reasons'])"
    )
    sql = f"""
        with asked as (
            select actor, app, action, count, said[1] as digest, cast(said[2] as bigint) as asked_at, said[3] as reasons
            from (
                select actor, app, action, count, {asked} as said from {rows_of(there)}
                where kind = 'decision' and effect = 'permit' and app != $limen
                and (list_contains($actions, action) or list_contains($restricted, app))
            )
        ),
        known as (
            select facts, any_value(json_extract(line, '$.b.value.grants')) as grants from {rows_of(there)}
            where facts in (select digest from asked) group by facts
        )
        select actor, app, action, cast(grants as varchar), asked_at, sum(count)
        from asked left join known on known.facts = asked.digest
        where asked_at >= $since and not contains(reasons, $preflight) group by all
    """  # noqa: S608 -- names of files of ours, and the values are bound
    values = {
        "limen": LIMEN,
        "actions": list(PRIVILEGED),
        "restricted": restricted,
        "since": since,
        "preflight": f'"{Named.CORS_PREFLIGHT.value}"',
    }
    grants_in: Callable[[msgspec.Raw], tuple[Grant, ...]] = sharing(tuple[Grant, ...], lambda some: some)
    with in_memory(MEMORY) as connection:
        rows = connection.execute(sql, values).fetchall()
    return [
        ElevatedUse(
            actor or "",
            app or "",
            action or "",
            _live(grants_in(msgspec.Raw((grants or "[]").encode())), app or "", action or "", at),
            int(count),
        )
        for actor, app, action, grants, at, count in rows
    ]


def _live(held: Iterable[Grant], app: str, action: str, at: Instant) -> tuple[str, ...]:
    return tuple(sorted(one.id for one in held if one.app == app and action in one.actions and at < one.until))
