"""What device health costs and how soon it counts: a laptop with the real agent, and ten thousand that report.

Root, with clamd. All of it runs in namespaces of its own, so that nothing of this machine's is changed; figures are in
milliseconds at the 95th percentile unless their names say otherwise.

`change_to_refusal_ms_p95`: from a change of a file of the system to the refusal of the next request, through inotify,
the agent, its signed report, and the server's decision. `eicar_to_refusal_ms_p95`: the same from clamd's finding.
`check_again_ms_p95`: from pressing *Check again* to its answer; every check is looked at anew. `enrol_s`: from the
agent's one command to an app that opens on the device. `agent_cpu_share`, `agent_rss_mb`: the agent while nothing
changes. `server_core_share` and what stands beside it: see `devices_fleet.py`.
Beside the first two, in the same run: `notice_ms_p50`, how long inotify alone takes to tell of a change.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import watchfiles

from devices_fleet import DEVICES, Laptop as Device, enrol, measured
from devices_laptop import POLICY, RULES, Laptop, company_of_one, in_private
from footprint import Started, company, free_port
from limen.admission.descriptors import raise_limit

CHANGES, FINDINGS, CHECKS = 20, 12, 8
PAUSE_S = 1.5
"""Between changes: a device may report once a second, and each round is two reports."""
REST_S = 30.0
BOUNDS = {
    "change_to_refusal_ms_p95": 1_000,
    "eicar_to_refusal_ms_p95": 2_000,
    "check_again_ms_p95": 10_000,
    "enrol_s": 60,
    "agent_cpu_share": 0.01,
    "agent_rss_mb": 60,
    "server_core_share": 0.10,
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--only", choices=("laptop", "fleet"), help="half of it")
    chosen = options.parse_args()
    elsewhere = in_private(sys.argv)
    if elsewhere is not None:
        return elsewhere
    raise_limit()
    found: dict[str, float] = {}
    if chosen.only != "fleet":
        found |= laptop()
    if chosen.only != "laptop":
        found |= fleet()
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>12}" + (f"   at most {BOUNDS[name]}" if name in BOUNDS else ""))
    return 0


def laptop() -> dict[str, float]:
    with TemporaryDirectory(prefix="devices-") as place:
        folder, port = Path(place), free_port()
        root, here = folder / "company", Laptop(folder, folder / "company", port)
        here.prepare()
        company(root, port)
        (root / "devices.yaml").write_text(RULES)
        (root / "policies" / "99-bench.cedar").write_text(POLICY)
        Started(root, port).stop()
        company_of_one(root)
        limen = Started(root, port)
        try:
            with here.scanning(), here.enrolled() as enrolling_s:
                changes = rounds(CHANGES, here.change_to_refusal_ms)
                findings = rounds(FINDINGS, here.eicar_to_refusal_ms)
                checks = rounds(CHECKS, here.check_again_ms)
                share, resident = here.at_rest(REST_S)
        finally:
            limen.stop()
        noticed = rounds(CHANGES, lambda: noticing_ms(folder / "noticed"), 0.1)
    return {
        "change_to_refusal_ms_p95": p95(changes),
        "change_to_refusal_ms_p50": round(statistics.median(changes), 1),
        "notice_ms_p50": round(statistics.median(noticed), 1),
        "eicar_to_refusal_ms_p95": p95(findings),
        "eicar_to_refusal_ms_p50": round(statistics.median(findings), 1),
        "check_again_ms_p95": p95(checks),
        "enrol_s": round(enrolling_s, 2),
        "agent_cpu_share": round(share, 4),
        "agent_rss_mb": round(resident, 1),
    }


def rounds(number: int, measure: Callable[[], float], pause_s: float = PAUSE_S) -> list[float]:
    found = []
    for _ in range(number):
        time.sleep(pause_s)
        found.append(measure())
    return found


def p95(found: list[float]) -> float:
    return round(statistics.quantiles(found, n=20, method="inclusive")[-1], 1)


def noticing_ms(folder: Path) -> float:
    """How long it takes until a change of a file is told, with as much patience for more of them as the agent has."""
    folder.mkdir(exist_ok=True)
    told, stop = threading.Event(), threading.Event()

    def watch() -> None:
        for _ in watchfiles.watch(folder, debounce=300, step=30, rust_timeout=1_000, stop_event=stop):
            told.set()
            return

    watching = threading.Thread(target=watch)
    watching.start()
    time.sleep(0.3)
    began = time.perf_counter()
    (folder / "file").write_text(str(began))
    told.wait(5)
    took = time.perf_counter() - began
    stop.set()
    watching.join()
    return took * 1_000


def fleet() -> dict[str, float]:
    with TemporaryDirectory(prefix="devices-") as place:
        root, port = Path(place) / "company", free_port()
        company(root, port)
        Started(root, port).stop()
        devices = [Device(number) for number in range(DEVICES)]
        enrol(root, devices)
        limen = Started(root, port)
        try:
            return asyncio.run(measured(limen, port, devices))
        finally:
            limen.stop()


if __name__ == "__main__":
    sys.exit(main())
