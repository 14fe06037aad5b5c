"""How long the roadmap of a company with 500 people, 600 devices and 50 apps takes, over a month of decisions.

    python bench/roadmap.py [--json] [--full]

`first_s`: the first look of all, which reads and counts every decision of the journal; what is over is kept.
`cold_s`: a look by a new process afterwards, from its first import to the last control measured. `report_s`: a new
process measures and writes the report as PDF, HTML, CSV and OSCAL. `warm_page_ms` and `control_page_ms`: the roadmap
and a control's page, of a running server by its own port with what it measured before, medians. `cold_rss_mb`: what the
process of a cold look held at its highest. `start_s` and `server_rss_mb`: from starting the server, which has all parts
and this journal, to its first decision, and what it and its children hold after these pages. `assess_s`: `limen assess`
over a folder given with `--export`.

By default the journal has 1 million decisions, with `--full` 30 million, which takes 6 GB on the disk and half an hour.
Beside each stands what it can't be faster than, in the same run: `read_s`, in which the same sealed lines are read
and decoded once, and nothing is counted (`ratio_first` is the first look over that); `import_s`, a Python that imports
what the look is made of (`ratio_cold` is the cold look over that); and `smallest_ms`, the server's smallest answer
(`ratio_page` is the roadmap's page over that).

Files were written just before, so the system has them in memory as far as that goes. The clock of the machine is not
set: of today there is the hour that is not over, as busy as the others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # people who sign in are the tests'

from bounds import Bounds, show
from first_hour import Asked, Network, enrolled
from footprint import COMPILED, PEOPLE, Started, company, fill, free_port, timed
from roadmap_journal import fill_devices, fill_journal

BOUNDS: Final[Bounds] = {
    "cold_s": ("<=", 10),
    "warm_page_ms": ("<=", 300),
    "control_page_ms": ("<=", 300),
    "report_s": ("<=", 15),
    "assess_s": ("<=", 60),
    "start_s": ("<=", 3),
    "server_rss_mb": ("<=", 450),
}
SMALL, FULL, ROUNDS = 1_000_000, 30_000_000, 9
IMPORTS: Final = "import limen.roadmap.reading, limen.cli.open_company, duckdb"
CONTROL: Final = "/console/roadmap/I2"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", action="store_true")
    options.add_argument("--full", action="store_true", help="30 million decisions")
    options.add_argument("--decisions", type=int, default=0)
    options.add_argument("--export", type=Path, help="a folder of exports for `limen assess`")
    chosen = options.parse_args()
    decisions = chosen.decisions or (FULL if chosen.full else SMALL)
    with TemporaryDirectory(prefix="roadmap-", dir="/var/tmp" if decisions > SMALL else None) as folder:
        found = measured(Path(folder), decisions) | assessed(chosen.export)
    show(found, BOUNDS, as_json=chosen.json)
    return 0


def measured(place: Path, decisions: int) -> dict[str, float]:
    root, port = place / "company", free_port()
    company(root, port)
    Started(root, port, place / "said").stop()  # publishes the folder
    fill(root)
    now = time.time_ns() // 1_000_000
    fill_devices(root, PEOPLE, now)
    began = time.perf_counter()
    size = fill_journal(root, decisions, now)
    made = time.perf_counter() - began
    read = read_once(root)
    first = looked(root, "look")
    if first["decisions"] < decisions:
        raise SystemExit(f"of {decisions} decisions {first['decisions']} were counted")
    cold = [looked(root, "look") for _ in range(3)]
    report = looked(root, "report")
    imports = statistics.median(timed([sys.executable, "-c", IMPORTS]) for _ in range(3))
    pages = asyncio.run(visited(root, place / "said", port))
    cold_s = statistics.median(one["s"] for one in cold)
    return {
        "decisions": decisions,
        "journal_mb": round(size / 1e6),
        "made_s": round(made, 1),
        "first_s": first["s"],
        "read_s": round(read, 1),
        "ratio_first": round(first["s"] / read, 2),
        "cold_s": cold_s,
        "import_s": round(imports, 2),
        "ratio_cold": round(cold_s / imports, 2),
        "cold_rss_mb": max(one["rss_mb"] for one in cold),
        "report_s": report["s"],
        **pages,
    }


def looked(root: Path, what: str) -> dict[str, Any]:
    file = Path(__file__).with_name("roadmap_look.py")
    done = subprocess.run(
        [sys.executable, str(file), str(root), what], stdout=subprocess.PIPE, check=True, env=COMPILED
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assessed(export: Path | None) -> dict[str, float]:
    """What `limen assess` takes over a folder of exports; it is left out, and said to be, where either is missing."""
    if export is None or find_spec("limen.cli.assess") is None:
        missing = "no folder was given with --export" if export is None else "there is no `limen assess` here"
        print(f"assess_s is left out: {missing}", file=sys.stderr)
        return {}
    return {"assess_s": round(timed([sys.executable, "-m", "limen.cli.main", "assess", str(export)]), 1)}


def read_once(root: Path) -> float:
    """Seconds in which every sealed decision is read and decoded, and nothing is made of it."""
    from limen.company.load import load_settings
    from limen.company.places import journal_folder
    from limen.storage.journal.past_decisions import past_decisions
    from limen.storage.journal.reader import Reader

    began = time.perf_counter()
    for _ in past_decisions(Reader(journal_folder(root, load_settings(root))), 0):
        pass
    return time.perf_counter() - began


async def visited(root: Path, said: Path, port: int) -> dict[str, float]:
    running = Started(root, port, said)
    try:
        async with Network() as network:
            noor = await enrolled(network, said, port)
            cookies = noor.browser.cookies_for(f"limen.harbor.localhost:{port}")
        pages = await asyncio.to_thread(_pages, Asked(port, cookies))
        memory = running.resident_mb() + running.watching_mb()
        return {**pages, "start_s": round(running.seconds, 2), "server_rss_mb": round(memory, 1)}
    finally:
        running.stop()


def _pages(asked: Asked) -> dict[str, float]:
    began = time.perf_counter()
    for page in ("/console/roadmap", CONTROL):
        _, status, body = asked.asked(page)
        if status != 200 or not body:
            raise SystemExit(f"{page} answered {status}")
    first = (time.perf_counter() - began) * 1_000
    ms: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for page in ("/console/roadmap", CONTROL, "/favicon.ico"):
            ms.setdefault(page, []).append(asked.asked(page)[0])
    roadmap, control, smallest = (statistics.median(some) for some in ms.values())
    return {
        "first_pages_ms": round(first, 1),
        "warm_page_ms": round(roadmap, 1),
        "control_page_ms": round(control, 1),
        "smallest_ms": round(smallest, 1),
        "ratio_page": round(roadmap / smallest, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
