"""Seals one segment to Parquet. Runs as a process of its own, so that DuckDB's memory never enters the server.

`python -m limen.storage.journal.seal SEGMENT PARQUET AFTER_N AFTER_HEAD ERASED` prints what it sealed as one line of
JSON, or ends with status 3 when the segment's chain doesn't hold: what was tampered with is left for `verify`.
ERASED is how many of its bodies are known to be erased, as they may be in a copy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.errors import LimenError
from limen.events import from_ocsf
from limen.storage.files import file_sha256
from limen.storage.journal.chain import Broken, Line, follow
from limen.storage.journal.checkpoint import SealedSegment
from limen.storage.journal.recent import HourCounts, count_in
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.link import Link
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import PORTION, in_memory, to_parquet

CHAIN_BROKEN = 3

MEMORY: Final = "512MB"

_TAKEN: Final = {
    "n": "cast({} as bigint) as n",
    "b.metadata.uid": "{} as id",
    "b.time": "cast({} as bigint) as time",
    "b.unmapped.kind": "{} as kind",
    "b.class_uid": "cast({} as integer) as class_uid",
    "b.status_id": "cast({} as integer) as status_id",
    "b.actor.user.uid": "{} as actor",
    "b.actor.session.uid": "{} as session",
    "b.src_endpoint.ip": "{} as address",
    "b.unmapped.subject": "{} as subject",
    "b.unmapped.decision.app": "{} as app",
    "b.unmapped.decision.action": "{} as action",
    "b.unmapped.decision.effect": "{} as effect",
    "b.count": "coalesce(cast({} as bigint), 1) as count",
    "b.facts": "{} as facts",
}
"""The columns, by where in a line they are found."""


_PATHS: Final = ", ".join(f"'$.{path}'" for path in _TAKEN)
_COLUMNS: Final = ", ".join(column.format(f"found[{number}]") for number, column in enumerate(_TAKEN.values(), 1))
PORTION_SQL: Final = (
    f"select {_COLUMNS}, line from (select line, json_extract_string(line, [{_PATHS}]) as found "  # noqa: S608 -- the constants above
    "from (select unnest($lines) as line))"
)
"""Every column of these lines. All are taken out in one go: each go would parse the line, and hold it, anew."""


class UnfaithfulError(LimenError):
    """The sealed file doesn't hold what the segment holds; the segment stays."""


def seal(segment: Path, parquet: Path, after: Link, erased: int = 0) -> SealedSegment | None:
    """Write `segment` to `parquet`; None when its chain doesn't follow from `after`. `erased`: how many bodies it is
    known to lack; whether that is so, `verify` sees.

    Takes little memory however much the segment holds. Raises `UnfaithfulError`.
    """
    name = Name.of(segment)
    seen = _read(segment, after)
    if name is None or seen is None:
        return None
    last, last_at, hours = seen
    _write(segment, parquet)
    return SealedSegment(
        ordinal=name.ordinal,
        begun_at=name.begun_at,
        first_n=after.n + 1,
        last_n=last.n,
        before=after.head.decode(),
        head=last.head.decode(),
        sha256=file_sha256(parquet),
        last_at=last_at or name.begun_at,  # all of it may have been erased before it was copied
        hours=hours,
        erased=erased or msgspec.UNSET,
    )


def _read(segment: Path, after: Link) -> tuple[Line, Instant, HourCounts] | None:
    last, last_at, hours = None, 0, HourCounts()
    with segment.open("rb") as file:
        for line in follow(file, after, signer=None):
            if isinstance(line, Broken):
                return None
            last = line
            body = msgspec.json.decode(line.body)
            if isinstance(body, dict) and "class_uid" in body:
                event = from_ocsf(body)
                last_at = max(last_at, event.at)
                count_in(hours, event)
    return (last, last_at, hours) if last is not None and last.mac is not None else None


def _write(segment: Path, parquet: Path) -> None:
    """Write `segment` as Parquet, and read it back before it may count. Raises `UnfaithfulError`."""
    write_lines(_portions(segment), parquet)
    if not _are_equal(segment, sealed_lines(parquet)):
        parquet.unlink()
        raise UnfaithfulError("what was sealed is not what stood in the segment", "check the disk")


def write_lines(portions: Iterable[list[str]], parquet: Path) -> None:
    """Write lines (without their newlines) as Parquet, never holding more of them than one portion.

    Each portion becomes a part of its own first, because a Parquet file can't be added to.
    """
    parts: list[Path] = []
    try:
        with in_memory(MEMORY) as connection:
            connection.execute("set preserve_insertion_order = false")  # or it takes no size of row groups in bytes
            for lines in portions:
                parts.append(parquet.with_name(f"{parquet.name}.{len(parts)}.sealing"))
                connection.execute(to_parquet(PORTION_SQL, parts[-1]), {"lines": lines})
            joined = to_parquet("from read_parquet($parts)", parquet)
            connection.execute(joined, {"parts": [str(part) for part in parts]})
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _portions(segment: Path) -> Iterator[list[str]]:
    with segment.open("rb") as file:
        while raws := file.readlines(PORTION):
            yield [raw.removesuffix(b"\n").decode() for raw in raws]


def _are_equal(segment: Path, lines: Iterable[bytes]) -> bool:
    with segment.open("rb") as file:
        return all(raw == line for raw, line in zip_longest(file, lines))


def main(arguments: list[str]) -> int:
    segment, parquet, n, head, erased = arguments
    sealed = seal(Path(segment), Path(parquet), Link(int(n), head.encode()), int(erased))
    if sealed is None:
        return CHAIN_BROKEN
    sys.stdout.buffer.write(msgspec.json.encode(sealed) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
