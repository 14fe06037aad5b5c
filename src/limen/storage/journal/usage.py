"""Who used what in the last days: decisions counted by who asked, for what, and by which policies they were answered.

One look at all segments. Of sealed ones DuckDB counts; what is not sealed yet is read line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.policy.decision import Effect
from limen.storage.journal.past_decisions import decisions_of
from limen.storage.journal.reader import Reader
from limen.storage.segments.parquet import in_memory, rows_of
from limen.synthetic import DOOR, MARK

MEMORY: Final = "512MB"
_AT_ONCE: Final = 64
"""Segments that one question is about: between two of them others have their turn."""
_REASONS: Final = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class Use:
    """Requests that are alike: `actor` is whose they were ("" nobody's), `reasons` are ids of the policies that spoke,
    `revision` which rules they were decided by. `count` is how many there were, `newest` when the last was decided.
    """

    actor: str
    app: str
    action: str
    effect: str
    reasons: tuple[str, ...]
    revision: str
    count: int
    newest: Instant

    @property
    def is_permitted(self) -> bool:
        return self.effect == Effect.PERMIT


def usage(reader: Reader, since: Instant, breathe: Callable[[], object] = lambda: None) -> tuple[Use, ...]:
    """All that was decided from `since` on. `breathe` is called between parts: what it raises ends the work."""
    counted: dict[tuple[str, str, str, str, tuple[str, ...], str], tuple[int, Instant]] = {}
    paths = [span.path for span in reader.spans(since)]
    for one in _each(paths, since, breathe):
        key = (one.actor, one.app, one.action, one.effect, one.reasons, one.revision)
        count, newest = counted.get(key, (0, 0))
        counted[key] = (count + one.count, max(newest, one.newest))
    return tuple(Use(*key, *numbers) for key, numbers in counted.items())


def on_record_since(reader: Reader, since: Instant) -> Instant:
    """From when on the journal tells what was decided: since then, or since it began."""
    first = min((span.name.begun_at for span in reader.spans(0)), default=None)
    return since if first is None else max(since, first)


def last_used(uses: Iterable[Use]) -> dict[tuple[str, str, str], tuple[Instant, int]]:
    """When each person last did each action on each app, and how often, of what was permitted."""
    found: dict[tuple[str, str, str], tuple[Instant, int]] = {}
    for one in uses:
        if one.is_permitted:
            newest, count = found.get((one.actor, one.app, one.action), (0, 0))
            found[one.actor, one.app, one.action] = (max(newest, one.newest), count + one.count)
    return found


def _each(paths: list[Path], since: Instant, breathe: Callable[[], object]) -> Iterator[Use]:
    sealed = [path for path in paths if path.suffix == ".parquet"]
    for begin in range(0, len(sealed), _AT_ONCE):
        breathe()
        yield from _sealed(sealed[begin : begin + _AT_ONCE], since)
    for path in paths:
        if path.suffix == ".parquet":
            continue
        breathe()
        for one in decisions_of(path, since):
            request = one.request
            yield Use(one.actor, one.app, request.action, one.effect, one.reasons, one.revision, one.count, one.now)


def _sealed(paths: list[Path], since: Instant) -> list[Use]:
    there = [path for path in paths if path.exists()]  # past its keeping time since the list was made
    if not there:
        return []
    said = (
        "json_extract_string(line, ['$.b.unmapped.decision.reasons', '$.b.unmapped.decision.revision', "
        "'$.b.unmapped.decision.now'])"
    )
    sql = f"""
        select actor, app, action, effect, said[1], said[2], sum(count), max(cast(said[3] as bigint))
        from (select actor, app, action, effect, count, {said} as said from {rows_of(there)} where kind = 'decision'
            and not starts_with(coalesce(actor, ''), '{MARK}_')
            and not (coalesce(actor, '') = ''
                     and coalesce(json_extract_string(line, '$.b.unmapped.decision.door'), '') = '{DOOR}'))
        where cast(said[3] as bigint) >= $since group by all
    """  # noqa: S608 -- names of files of ours, and the value is bound
    with in_memory(MEMORY) as connection:
        rows = connection.execute(sql, {"since": since}).fetchall()
    return [
        Use(actor or "", app or "", action or "", effect, _REASONS(reasons or "[]"), revision or "", int(count), newest)
        for actor, app, action, effect, reasons, revision, count, newest in rows
    ]
