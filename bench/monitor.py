"""What watching costs, all figures in one run of some minutes: in, found, kept, asked, and until access is refused.

    python bench/monitor.py [--json] [--events N] [--million N] [--people N] [--rules FOLDER] [--only PART]

`store`: events that come in, what they take on disk, and how fast questions about them are answered.
`ingest_per_s`: events per second from JSON as Winlogbeat sends it to acknowledged: parsed, mapped, identified, chained
and durable, by the process that watches and as many readers below it as the machine may have (`monitor_intake.py`);
`ingest_alone_per_s` without any. `read_us`, `…_writer_cpu_us` and `reader_cpu_us` are microseconds of the processor for
one event: of reading alone, and in each process. `store_per_s`: the store alone, of lines that are ready. Beside it in
the same run: SQLite with WAL, a commit for each batch and two indexes (`sqlite_per_s`), and the disk itself, a write
and an fsync for each batch of the same bytes (`disk_per_s`). `…_per_cpu_s` is per second of the processor, which other
work on the machine touches less. `bytes_per_event` is what is left once it is sealed, beside SQLite's file.

`travel_24h_ms` and `user_all_ms`: sign-ins of a day held against the one before, and everything of one person, over ten
million events, the median of five with another literal each. Beside them the same text asked of chDB (ClickHouse's
engine) over the same files.

`outgrown`: NATS before the store and ClickHouse behind it, beside the store alone (`monitor_outgrown.py`).

`detect`: rules held against events, next to the way that forensic tools take (`monitor_detect.py`).
`loop`: from a line of a log to the next refusal, all real, and the memory of the process that watches with all rules
(`monitor_loop.py`). Beside each figure that has one stands its bound; a figure beyond it is marked, and nothing fails.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import monitor_detect
import monitor_intake
import monitor_loop
import monitor_outgrown
import monitor_store
from bounds import Bounds, show

ROUNDS = 3
BOUNDS: Bounds = {
    "ingest_per_s": (">=", 50_000),
    "bytes_per_event": ("<=", 150),
    "travel_24h_ms": ("<=", 250),
    "user_all_ms": ("<=", 250),
    "detect_per_s_mixed": (">=", 30_000),
    "detect_per_s_process": (">=", 3_000),
    "ratio_sqlite": (">=", 10),
    "slow_rules": ("<=", 0),
    "event_to_refusal_ms_p95": ("<=", 2_000),
    "rss_mb": ("<=", 400),
}
PARTS = ("store", "outgrown", "detect", "loop")


def main() -> int:
    asked = _arguments()
    found: dict[str, float] = {}
    if asked.only in (None, "loop"):
        found |= monitor_loop.loop(asked.people)
    if asked.only in (None, "detect"):
        rules = ["--rules", str(asked.rules)] if asked.rules else []
        figures, _ = monitor_detect.measured(monitor_detect.arguments(rules))
        found |= {("detect_rss_mb" if name == "rss_mb" else name): value for name, value in figures.items()}
    if asked.only in (None, "store"):
        with TemporaryDirectory(prefix="monitor-", dir=asked.folder) as folder:
            found |= monitor_intake.intake(Path(folder), asked.events, ROUNDS)
            found |= monitor_store.kept(Path(folder), asked.events, ROUNDS)
            found |= monitor_store.questions(Path(folder), asked.million)
    if asked.only in (None, "outgrown"):
        with TemporaryDirectory(prefix="outgrown-", dir=asked.folder) as folder:
            found |= {
                f"outgrown_{name}": value
                for name, value in monitor_outgrown.outgrown(Path(folder), asked.events).items()
            }
    show(found, BOUNDS, as_json=asked.json)
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--events", type=int, default=60_000, help="how many come in in each round")
    arguments.add_argument("--million", type=int, default=10, help="how many million events are asked about")
    arguments.add_argument("--people", type=int, default=60, help="how many are refused, each once")
    arguments.add_argument("--rules", type=Path, help="a folder of Sigma rules to find with, such as SigmaHQ's")
    arguments.add_argument("--only", choices=PARTS, help="one of the parts")
    arguments.add_argument("--folder", type=Path, help="on the disk to be measured; else a temporary one")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
