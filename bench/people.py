"""People: how fast they come, change and go, all figures of one run, on one machine.

    python bench/people.py [--json] [--only PART] [--full]

Each part is a bench by itself, in a process of its own, one after the other; what its figures mean stands there.

`one`, `sqlite`, `postgres`, `ratio`: revocations with one process and with four workers, permits after their return,
streams that are cut, and what a check costs (`people_workers.py`). `nodes`: revocations on two nodes
(`people_nodes.py`). `lost`: a node killed under load (`people_lost.py`). `scim`: a directory creates people, puts them
into a group and disables them (`people_scim.py`). `start`: 5,000 people and 500 apps (`people_start.py`).

By default each part is so small that all take five minutes: 200 revocations, two nodes killed, 1,000 people by SCIM.
`--full` tries 1,000 revocations of each kind, ten nodes killed, and 5,000 people; that takes a quarter of an hour.
Beside each figure that has one stands its bound; a figure beyond it is marked, and nothing fails.

`machine_loop_s_before` and `machine_loop_s_after`: how fast the machine was before the first part and after the last,
as the median seconds of five loops of 10 million empty turns of `for` in Python. Figures of two runs on machines of
different or changing speed are compared by what they are over `machine_loop_s`, the mean of the two; where the two
differ much, the speed changed within the run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import people_lost
import people_scim
import people_start
from bounds import Bounds, Figures, figures_of, show

TURNS: Final = 10_000_000
KINDS: Final = ("1p", "4w_sqlite", "4w_postgres")
BOUNDS: Final[Bounds] = {
    "revocation_ms_p99_1p": ("<=", 50),
    **{f"revocation_ms_p99_{kind}": ("<=", 1_000) for kind in (*KINDS[1:], "2n")},
    **{f"permits_after_{kind}": ("<=", 0) for kind in (*KINDS, "2n")},
    **{f"stream_ms_p99_{kind}": ("<=", 1_000) for kind in KINDS},
    "ratio_check_4w": ("<=", 1.15),
    "ratio_check_beside_plain": ("<=", 1.15),
    **people_lost.BOUNDS,
    **people_scim.BOUNDS,
    **people_start.BOUNDS,
}
PARTS: Final[dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "one": ("people_workers", ("--only", "one_process", "--trials", "200"), ("--only", "one_process")),
    "sqlite": ("people_workers", ("--only", "sqlite", "--trials", "200"), ("--only", "sqlite")),
    "postgres": ("people_workers", ("--only", "postgres", "--trials", "200"), ("--only", "postgres")),
    "ratio": ("people_workers", ("--only", "ratio_check"), ("--only", "ratio_check")),
    "nodes": ("people_nodes", ("--rounds", "200"), ()),
    "lost": ("people_lost", ("--rounds", "2"), ()),
    "scim": ("people_scim", ("--people", "1000"), ()),
    "start": ("people_start", (), ()),
}
"""By the name of a part its bench, with what options it is run by default, and with which in full."""


def by_itself(bench: str, *options: str) -> Figures:
    """The figures of a bench that is run by itself."""
    file = Path(__file__).with_name(f"{bench}.py")
    done = subprocess.run([sys.executable, str(file), "--json", *options], stdout=subprocess.PIPE, check=False)
    if not done.stdout.strip():
        print(f"{file.name} ended with {done.returncode} and has no figures", file=sys.stderr)
        return {}
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def loop_seconds() -> float:
    """The median of five loops of `TURNS` empty turns: how fast this machine runs Python at this moment."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(TURNS):
            pass
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def with_the_machines_speed(run: Callable[[], Figures]) -> Figures:
    """The figures of a run, with how fast the machine was before and after it."""
    before = loop_seconds()
    found = run()
    after = loop_seconds()
    return {
        **found,
        "machine_loop_s": round((before + after) / 2, 3),
        "machine_loop_s_before": round(before, 3),
        "machine_loop_s_after": round(after, 3),
    }


def parts(*, is_full: bool) -> dict[str, Callable[[], Figures]]:
    return {
        name: partial(by_itself, bench, *(full if is_full else small)) for name, (bench, small, full) in PARTS.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line, an object")
    parser.add_argument("--only", choices=PARTS, help="one of the parts")
    parser.add_argument("--full", action="store_true", help="whole sizes: 1,000 revocations of each kind, 5,000 people")
    asked = parser.parse_args()
    found = with_the_machines_speed(lambda: figures_of(parts(is_full=asked.full), asked.only))
    show(found, BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
