"""The engines' part of `monitor.py`: NATS before the store and ClickHouse behind it, beside the store alone.

    python bench/monitor_outgrown.py [--json] [--events N]

In the same run, of the same events: `alone_per_s` appended and durable in the store of this machine; `nats_in_per_s`
put into a stream of a real nats-server and acknowledged; `nats_out_per_s` taken from it, kept in the store and let go.
`nats_sync_in_per_s` is the first with `sync_interval: always`, which holds when power fails. `clickhouse_in_per_s`
brought to a table; `clickhouse_bytes_per_event` what that takes there, merged, beside `bytes_per_event` of the store's
own files. `search_ms` and `clickhouse_search_ms`: a search with its sums over all of them, the median of five.

ClickHouse is a stand-in here (`tests/clickhouse_stand_in.py`): its own engine (chDB) in another process of this
machine. A server of its own, on its own disk, was not measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bounds import Figures, show

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.clickhouse_stand_in import stand_in
from tests.nats_server import nats_server

from limen.clock import SystemClock
from limen.connectors.clickhouse.server import Server
from limen.connectors.nats.stream import Stream
from limen.monitor.normal_form.reading import read
from limen.monitor.outgrown.shipping import Shipping
from limen.monitor.outgrown.streamed_store import StreamedStore
from limen.monitor.process.assembly import KeptEvents
from limen.monitor.search.process import search
from limen.monitor.search.query import read_query
from limen.monitor.search.service import Places, asked_of
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore
from limen.storage.event_store.keeping import Keeping
from monitor_store import BATCH, KEYS, frames

YEARS = Keeping(days=3_650)
QUERY = "user:user7* AND NOT src_ip:192.0.2.1*"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--events", type=int, default=60_000)
    asked = arguments.parse_args()
    with TemporaryDirectory(prefix="outgrown-") as folder:
        show(outgrown(Path(folder), asked.events), {}, as_json=asked.json)
    return 0


def outgrown(folder: Path, count: int) -> Figures:
    lines = [msgspec.json.encode(event) for frame in frames(count) for event in read(frame)]
    batches = [lines[at : at + BATCH] for at in range(0, count, BATCH)]
    store = _opened(folder / "alone")
    found: Figures = {"alone_per_s": _per_s(count, lambda: [store.append(batch) for batch in batches])}
    found |= _through_nats(folder / "nats", batches, count, "")
    found["nats_sync_in_per_s"] = _through_nats(
        folder / "synced", batches[: len(batches) // 10 or 1], count // 10, "sync_interval: always"
    )["nats_in_per_s"]
    found |= _in_clickhouse(folder, store, count)
    store.close()
    return found


def _through_nats(folder: Path, batches: list[list[bytes]], count: int, more: str) -> Figures:
    store = _opened(folder / "store")
    with nats_server(folder / "server") as server:
        if more:
            server.kill()
            config = server.folder / "nats.conf"
            config.write_text(config.read_text().replace("store_dir", f"{more}, store_dir"))
            server.start()
        stream = Stream(server.server(most_bytes=4 << 30))
        streamed = StreamedStore(KeptEvents(store, 0), stream, KEYS, SystemClock())
        put = _per_s(count, lambda: [streamed.append(batch) for batch in batches])

        def take() -> None:
            taken = 0
            while taken < count:
                taken += streamed.step(0.2)

        return {"nats_in_per_s": put, "nats_out_per_s": _per_s(count, take)}


def _in_clickhouse(folder: Path, store: EventStore, count: int) -> Figures:
    with stand_in(folder / "clickhouse") as there:
        (folder / "journal").mkdir()
        shipping = Shipping(folder, KeptEvents(store, 0), there.server, lambda: YEARS, SystemClock())
        found = {"clickhouse_in_per_s": _per_s(count, lambda: [None for _ in iter(shipping.step, False)])}
        there.rows("select 1")
        store.seal()
        sizes = "select sum(bytes_on_disk) from system.parts where active and table = 'events'"
        found["clickhouse_bytes_per_event"] = round(int(there.rows(sizes)[0][0]) / count, 1)
        found["bytes_per_event"] = round(store.figures().size / count, 1)
        found["search_ms"] = _search_ms(folder, None)
        found["clickhouse_search_ms"] = _search_ms(folder, there.server)
    return found


def _search_ms(folder: Path, server: Server | None) -> float:
    places = Places(folder / "alone", folder / "journal", folder, lambda: server)
    asked = asked_of(places, read_query(QUERY), 0, SystemClock().now() + 1, rows=200, is_summed=True)
    asked.seconds = 120.0  # how long it takes is what is measured
    took = []
    for _ in range(5):
        began = time.perf_counter()
        found = search(asked)
        took.append(time.perf_counter() - began)
        if not found.total or found.missing:
            raise SystemExit(f"nothing was found: {found.missing}")
    return round(statistics.median(took) * 1_000, 1)


def _opened(folder: Path) -> EventStore:
    return EventStore.open(folder, columns=COLUMNS, keys=KEYS)


def _per_s(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - began))


if __name__ == "__main__":
    sys.exit(main())
