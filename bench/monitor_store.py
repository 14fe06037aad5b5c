"""The event store's part of `monitor.py`: what it takes in, what that takes on the disk, what is answered."""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from limen.clock import DAY, HOUR, to_iso
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.reading import read
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore, Kind
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.sealed_list import SealedEventList, SealedEvents
from limen.storage.segments.link import Signer
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import in_memory, rows_of, to_parquet
from limen.storage.segments.signed import SEALED_FILE, write_signed

NOW: Final = 1_795_770_930_250
KEYS: Final = (b"b" * 32,)
BATCH: Final = 1_000
IN_A_FILE: Final = 250_000
DAYS: Final = 30

TRAVEL: Final = """
select "user", count(*) as c from (
    select "user", "at", src_country,
        lag("at") over (partition by "user" order by "at") as "before",
        lag(src_country) over (partition by "user" order by "at") as was
    from events where class_uid = 3002 and status_id = 1 and "at" >= {since} and "at" < {until})
where was <> src_country and "at" - "before" < 3600000 group by "user" order by c desc, "user" limit 20"""
USER: Final = """
select kind, app, count(*) as c, min("at") as a, max("at") as b from events where "user" = '{user}'
group by kind, app order by c desc, kind, app limit 50"""


class Taken(NamedTuple):
    """Seconds of the clock, and of this process's processor: other work on the machine hits only the first."""

    wall: float
    cpu: float


# What comes in


def frames(count: int, first: int = 0) -> list[Frame]:
    """Windows security events as Winlogbeat sends them: about 700 bytes, no two alike, numbered from `first` on."""
    chance = random.Random(4 + first)
    lines = [_windows(first + n, chance) for n in range(count)]
    return [
        Frame(source="servers", kind="windows", received_at=NOW, data=b"\n".join(lines[at : at + BATCH]))
        for at in range(0, count, BATCH)
    ]


def kept(folder: Path, count: int, rounds: int) -> dict[str, float]:
    """How many a second; the median of rounds, each way in turn, so that other work hits all alike."""
    taken: dict[str, list[Taken]] = {"store": [], "sqlite": [], "disk": []}
    sizes: dict[str, float] = {}
    all_frames = frames(count)
    events = [event for frame in all_frames for event in read(frame)]
    lines = [msgspec.json.encode(event) for event in events]
    batches = [lines[at : at + BATCH] for at in range(0, count, BATCH)]
    for number in range(rounds):
        here = folder / str(number)
        here.mkdir()
        taken["store"].append(_timed(lambda at=here: _ready(at / "store", batches)))
        taken["sqlite"].append(_timed(lambda at=here: _in_sqlite(at / "sqlite.db", events)))
        taken["disk"].append(_timed(lambda at=here: _to_disk(at / "plain", batches)))
        sizes["sqlite_bytes_per_event"] = round((here / "sqlite.db").stat().st_size / count, 1)
    sizes["bytes_per_event"] = round(_sealed_bytes(folder / "0" / "store") / count, 1)
    sizes["json_bytes_per_event"] = round(sum(map(len, lines)) / count, 1)
    per_s = {
        f"{name}_per_s": round(count / statistics.median(one.wall for one in all_)) for name, all_ in taken.items()
    }
    per_cpu_s = {
        f"{name}_per_cpu_s": round(count / statistics.median(one.cpu for one in taken[name]))
        for name in ("store", "sqlite")
    }
    return per_s | per_cpu_s | sizes


def _windows(n: int, chance: random.Random) -> bytes:
    who = chance.randrange(300)
    said = {
        "@timestamp": to_iso(NOW - chance.randrange(HOUR)),
        "event": {
            "code": chance.choice(("4624", "4625", "4634", "4672")),
            "provider": "Microsoft-Windows-Security-Auditing",
        },
        "host": {"name": f"srv{chance.randrange(40)}"},
        "winlog": {
            "channel": "Security",
            "event_id": "4624",
            "provider_name": "Microsoft-Windows-Security-Auditing",
            "computer_name": f"srv{chance.randrange(40)}.harbor.example",
            "record_id": str(n),
            "event_data": {
                "SubjectUserSid": "S-1-5-18",
                "SubjectUserName": "WREN$",
                "SubjectDomainName": "HARBOR",
                "TargetUserSid": f"S-1-5-21-1-2-3-{1000 + who}",
                "TargetUserName": f"user{who}",
                "TargetDomainName": "HARBOR",
                "TargetLogonId": hex(chance.getrandbits(32)),
                "LogonType": str(chance.choice((2, 3, 3, 3, 10))),
                "IpAddress": f"192.0.2.{chance.randrange(250)}",
                "IpPort": str(chance.randrange(1024, 65535)),
                "ProcessName": "C:\\Windows\\System32\\svchost.exe",
                "AuthenticationPackageName": "Negotiate",
            },
        },
    }
    return msgspec.json.encode(said)


def _ready(at: Path, batches: Iterable[list[bytes]]) -> None:
    store = EventStore.open(at, columns=COLUMNS, keys=KEYS)
    for batch in batches:
        store.append(batch)
    store.close()


def _in_sqlite(at: Path, events: list[NormalEvent]) -> None:
    names = [column.name for column in COLUMNS]
    connection = sqlite3.connect(at)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute(_table(names))
    connection.execute('create index by_time on events ("at")')
    connection.execute('create index by_user on events ("user", "at")')
    insert = f"insert into events values ({', '.join('?' * len(names))})"
    for begin in range(0, len(events), BATCH):
        with connection:
            connection.executemany(insert, (_row(event, names) for event in events[begin : begin + BATCH]))
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()


def _table(names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"create table events ({quoted})"


def _row(event: NormalEvent, names: list[str]) -> list[Any]:
    values = [getattr(event, name) for name in names]
    return [value if isinstance(value, (str, int)) else msgspec.json.encode(value) for value in values]


def _to_disk(at: Path, batches: Iterable[list[bytes]]) -> None:
    handle = os.open(at, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for batch in batches:
        os.write(handle, b"\n".join(batch))
        os.fsync(handle)
    os.close(handle)


def _sealed_bytes(at: Path) -> int:
    store = EventStore.open(at, columns=COLUMNS, keys=KEYS)
    store.seal()
    size = store.figures().size
    store.close()
    return size


# What is asked


def questions(folder: Path, million: int) -> dict[str, float]:
    """Over so many million events; the files are made by SQL, not row by row."""
    root = folder / "many"
    root.mkdir()
    made = _timed(lambda: _make(root, million * 1_000_000))
    store = EventStore.open(root, columns=COLUMNS, keys=KEYS)
    days = [(NOW - day * DAY, NOW - (day - 1) * DAY) for day in range(3, 8)]
    travel = [TRAVEL.format(since=since, until=until) for since, until in days]
    users = [USER.format(user=f"user{number}") for number in (17, 99, 233, 404, 480)]
    for sql in (TRAVEL.format(since=0, until=NOW), USER.format(user="user1")):
        store.ask(sql)  # what is measured is answered from memory of the system, as a day's second question is
    found = {
        "events": million * 1_000_000,
        "made_s": round(made.wall, 1),
        "bytes_per_event_made": round(store.figures().size / (million * 1_000_000), 1),
        "travel_24h_ms": _median_ms(
            [
                lambda sql=sql, day=day: store.ask(sql, since=day[0], until=day[1])
                for sql, day in zip(travel, days, strict=True)
            ]
        ),
        "travel_24h_all_files_ms": _median_ms([lambda sql=sql: store.ask(sql) for sql in travel]),
        "user_all_ms": _median_ms([lambda sql=sql: store.ask(sql) for sql in users]),
    }
    store.close()
    return found | _in_chdb(root, travel, users)


def _in_chdb(root: Path, travel: list[str], users: list[str]) -> dict[str, float]:
    try:
        import chdb
    except ImportError:
        return {}
    rows = f"from (select * from file('{root}/*.parquet', Parquet))"
    options = "settings use_query_condition_cache = 0"  # or a predicate that was asked before is answered from memory

    def asked(sql: str) -> Callable[[], object]:
        return lambda: chdb.query(f"{sql.replace('from events', rows)} {options}", "JSONCompactEachRow").bytes()

    return {
        "travel_24h_ms_chdb": _median_ms([asked(sql) for sql in travel]),
        "user_all_ms_chdb": _median_ms([asked(sql) for sql in users]),
    }


def _make(root: Path, count: int) -> None:
    columns = Columns.of(COLUMNS)
    values = {
        "uid": "printf('%016x%016x', draw(i, 0), i)",
        "at": f"{NOW - DAYS * DAY} + cast(i * {DAYS * DAY / count} as bigint)",
        "received_at": f"{NOW - DAYS * DAY} + cast(i * {DAYS * DAY / count} as bigint) + 300",
        "source": "['servers', 'firewall', 'mail', 'm365'][1 + draw(i, 0) % 4]",
        "product": "['windows', 'fortigate', 'linux', 'm365'][1 + draw(i, 0) % 4]",
        "class_uid": "[3002, 4001, 6003, 1007][1 + draw(i, 1) % 4]",
        "activity_id": "1",
        "severity_id": "1 + draw(i, 2) % 3",
        "status_id": "if(draw(i, 3) % 10 = 0, 2, 1)",
        "kind": "['4624', '4625', 'traffic', 'UserLoggedIn', '4688'][1 + draw(i, 4) % 5]",
        "user": "concat('user', draw(i, 5) % 500)",
        "host": "concat('srv', draw(i, 6) % 120)",
        "src_ip": "concat('10.', draw(i, 7) % 4, '.', draw(i, 8) % 250, '.', draw(i, 9) % 250)",
        "src_port": "1024 + draw(i, 10) % 60000",
        "src_country": "if(draw(i, 11) % 200 = 0, ['FR', 'PT', 'US'][1 + draw(i, 12) % 3], 'DE')",
        "app": "['wiki', 'files', 'mail', ''][1 + draw(i, 13) % 4]",
        "bytes_out": "if(draw(i, 14) % 5 = 0, draw(i, 15) % 100000, 0)",
        "raw": "concat('<134>Nov 27 09:15:30 srv', draw(i, 6) % 120, ' user', draw(i, 5) % 500, ' did ', draw(i, 16))",
    }
    said = ", ".join(
        f"cast({values.get(one.name, _unknown(one.kind))} as "
        f'{"bigint" if one.kind is Kind.NUMBER else "varchar"}) as "{one.name}"'
        for one in columns.all
    )
    entries: list[SealedEvents] = []
    with in_memory("1GB", os.cpu_count() or 1) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("create macro draw(i, k) as cast(hash(i, k) >> 2 as bigint)")
        for ordinal, first in enumerate(range(0, count, IN_A_FILE), 1):
            begun = NOW - DAYS * DAY + first * DAYS * DAY // count
            path = root / str(Name(ordinal, begun, is_sealed=True))
            rows = f"select {said}, i + 1 as n from range({first}, {first + IN_A_FILE}) t(i)"
            connection.execute(to_parquet(rows, path, group=65_536, version="V2"))
            spans = f'select count(*), min("at"), max("at") from {rows_of([path])}'
            rows_in, first_at, last_at = connection.execute(spans).fetchall()[0]
            entries.append(_entry(ordinal, begun, first, path, rows_in, first_at, last_at))
    shapes = {columns.shape: tuple(column.name for column in COLUMNS)}
    write_signed(root / SEALED_FILE, SealedEventList(segments=tuple(entries), shapes=shapes), Signer("events", KEYS))


def _entry(ordinal: int, begun: int, first: int, path: Path, rows: int, first_at: int, last_at: int) -> SealedEvents:
    return SealedEvents(
        ordinal=ordinal,
        begun_at=begun,
        first_n=first + 1,
        last_n=first + rows,
        before="",
        head="",
        sha256="",
        size=path.stat().st_size,
        rows=rows,
        duplicates=0,
        first_at=first_at,
        last_at=last_at,
        shape=Columns.of(COLUMNS).shape,
    )


def _unknown(kind: Kind) -> str:
    return {Kind.TEXT: "''", Kind.NUMBER: "0", Kind.JSON: "'{}'"}[kind]


def _median_ms(asked: Iterable[Callable[[], object]]) -> float:
    return round(statistics.median(_timed(each).wall for each in asked) * 1_000, 1)


def _timed(work: Callable[[], object]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)
