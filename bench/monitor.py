"""What watching costs: events that come in, what they take on disk, and how fast questions about them are answered.

    python bench/monitor.py [--json] [--events N] [--million N]

`ingest_per_s`: events per second from JSON as Winlogbeat sends it to acknowledged, parsed and mapped, in batches of
1,000, by one process; `store_per_s` the same of lines that are ready. Beside them in the same run: SQLite with WAL, a
commit for each batch and two indexes (`sqlite_per_s`), and the disk itself, a write and an fsync for each batch of the
same bytes (`disk_per_s`). `…_per_cpu_s` is per second of the processor, which other work on the machine does not touch.
`bytes_per_event` is what is left once it is sealed, beside SQLite's file.

`travel_24h_ms` and `user_all_ms`: sign-ins of a day held against the one before, and everything of one person, over ten
million events, the median of five with another literal each. Beside them the same text asked of chDB (ClickHouse's
engine) over the same files.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import monitor_store

ROUNDS = 3


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--events", type=int, default=60_000, help="how many come in in each round")
    arguments.add_argument("--million", type=int, default=10, help="how many million events are asked about")
    arguments.add_argument("--folder", type=Path, help="on the disk to be measured; else a temporary one")
    asked = arguments.parse_args()
    with TemporaryDirectory(prefix="monitor-", dir=asked.folder) as folder:
        found = monitor_store.ingest(Path(folder), asked.events, ROUNDS)
        found |= monitor_store.questions(Path(folder), asked.million)
    if asked.json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        print(f"  {name:<28}{value:>14,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
