"""How long Limen takes to start where 5,000 people have a session each and 500 apps stand in the folder.

`large_start_s`: from starting the process to the first answered request at the gateway, the median of several cold
starts of an existing installation; `large_start_cpu_s` what that takes of a processor, which other work on the machine
does not change. `large_first_start_s`: the very first one, which parses, checks and publishes the folder.
`large_rss_mb`: resident memory of the server and its children after the start.

    python bench/people_start.py [--json] [--people N] [--apps N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bounds import Bounds, Figures, show
from footprint import Started, company, fill, free_port

PEOPLE, APPS, ROUNDS = 5_000, 500, 3
BOUNDS: Bounds = {"large_start_s": ("<=", 4.0)}
TICKS = os.sysconf("SC_CLK_TCK")


def measured(people: int, apps: int) -> Figures:
    with TemporaryDirectory(prefix="start-") as folder:
        root, port = Path(folder) / "company", free_port()
        company(root, port, apps)
        first = Started(root, port)
        first.stop()
        fill(root, people)
        starts, cpu, resident = [], [], 0.0
        for _ in range(ROUNDS):
            running = Started(root, port)
            starts.append(running.seconds)
            cpu.append(sum(map(cpu_seconds, running.processes())))
            resident = max(resident, running.resident_mb())
            running.stop()
    return {
        "large_people": people,
        "large_apps": apps,
        "large_start_s": round(statistics.median(starts), 2),
        "large_start_cpu_s": round(statistics.median(cpu), 2),
        "large_first_start_s": round(first.seconds, 2),
        "large_rss_mb": round(resident, 1),
    }


def cpu_seconds(pid: int) -> float:
    """What a process and its children that ended took of processors; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--apps", type=int, default=APPS)
    asked = parser.parse_args()
    show(measured(asked.people, asked.apps), BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
