"""Seals one segment to Parquet. Runs as a process of its own, so that DuckDB's memory never enters the server.

`python -m limen.storage.journal.seal SEGMENT PARQUET AFTER_N AFTER_HEAD` prints what it sealed as one line of JSON,
or ends with status 3 when the segment's chain doesn't hold: what was tampered with is left as it is, for `verify`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

import msgspec

from limen.clock import Instant
from limen.events import from_ocsf
from limen.storage.journal.chain import Broken, Line, Link, follow
from limen.storage.journal.checkpoint import SealedSegment
from limen.storage.journal.recent import HourCounts, count_in
from limen.storage.journal.segment import Name

CHAIN_BROKEN = 3

_COLUMNS = """
    cast(json_extract_string(line, '$.n') as bigint) as n,
    json_extract_string(line, '$.b.metadata.uid') as id,
    cast(json_extract_string(line, '$.b.time') as bigint) as time,
    json_extract_string(line, '$.b.unmapped.kind') as kind,
    cast(json_extract_string(line, '$.b.class_uid') as integer) as class_uid,
    cast(json_extract_string(line, '$.b.status_id') as integer) as status_id,
    json_extract_string(line, '$.b.actor.user.uid') as actor,
    json_extract_string(line, '$.b.actor.session.uid') as session,
    json_extract_string(line, '$.b.src_endpoint.ip') as address,
    json_extract_string(line, '$.b.unmapped.subject') as subject,
    json_extract_string(line, '$.b.unmapped.decision.app') as app,
    json_extract_string(line, '$.b.unmapped.decision.action') as action,
    json_extract_string(line, '$.b.unmapped.decision.effect') as effect,
    coalesce(cast(json_extract_string(line, '$.b.count') as bigint), 1) as count,
    json_extract_string(line, '$.b.facts') as facts,
    line
"""
LINES_SQL = f"""
    select {_COLUMNS} from (
        select column0 as line from read_csv($path, header = false, columns = {{'column0': 'varchar'}}, delim = '\\x01',
            quote = '', escape = '', auto_detect = false, max_line_size = 33554432, parallel = false)
    )
"""  # noqa: S608 -- made of the constants above
"""Rows of an open segment at `$path`, with the columns that sealed segments have."""


def seal(segment: Path, parquet: Path, after: Link) -> SealedSegment | None:
    """Write `segment` to `parquet`; None when its chain doesn't follow from `after`."""
    name = Name.of(segment)
    seen = _read(segment, after)
    if name is None or seen is None:
        return None
    last, last_at, hours = seen
    _write(segment, parquet)
    with parquet.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return SealedSegment(
        ordinal=name.ordinal,
        begun_at=name.begun_at,
        first_n=after.n + 1,
        last_n=last.n,
        before=after.head.decode(),
        head=last.head.decode(),
        sha256=digest,
        last_at=last_at,
        hours=hours,
    )


def _read(segment: Path, after: Link) -> tuple[Line, Instant, HourCounts] | None:
    last, last_at, hours = None, 0, HourCounts()
    with segment.open("rb") as file:
        for line in follow(_lines(file), after, signer=None):
            if isinstance(line, Broken):
                return None
            last = line
            body = msgspec.json.decode(line.body)
            if isinstance(body, dict) and "class_uid" in body:
                event = from_ocsf(body)
                last_at = max(last_at, event.at)
                count_in(hours, event)
    return (last, last_at, hours) if last is not None and last.mac is not None else None


def _lines(file: Iterator[bytes]) -> Iterator[bytes]:
    yield from file


def _write(segment: Path, parquet: Path) -> None:
    import duckdb  # noqa: PLC0415 -- heavy, and only this process may carry it

    with duckdb.connect(config={"memory_limit": "512MB", "threads": "1"}) as connection:
        connection.execute(f"create table lines as {LINES_SQL}", {"path": str(segment)})
        connection.table("lines").order("n").to_parquet(str(parquet), compression="zstd", row_group_size=20_480)


def main(arguments: list[str]) -> int:
    segment, parquet, n, head = arguments
    sealed = seal(Path(segment), Path(parquet), Link(int(n), head.encode()))
    if sealed is None:
        return CHAIN_BROKEN
    sys.stdout.buffer.write(msgspec.json.encode(sealed) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
