"""How many events a second rules are held against, next to the way that forensic tools take, in one run on one core.

    python bench/monitor_detect.py [--json] [--rules FOLDER] [--count N] [--mixed N] [--processes N] [--rounds N]

The rules: those of a folder (a SigmaHQ checkout's `rules`), else 2,500 made in the shapes that Limen's own and public
ones have, spread over log sources as these are. The events: what the machines of an office say, of which one of twenty
is of a program that is started (`mixed`), and programs that are started alone (`process`), which most rules look at.
Each event is decoded from its line, held against all rules and against Limen's own, and shown to all correlations.

The peer is the same rules as SQL by pySigma's SQLite backend over the same events in SQLite in memory, with an index on
what chooses the rules; storing them is part of its work, as it is in the tools that do so. Both find the same, or it is
told how often not. Rounds are interleaved; the figures are events in a second of processor time, medians.

`ratio_sqlite`: how many times as long the peer takes over all events of both kinds. `slow_rules`: above 50 µs of an
event. `rss_mb`: with all rules and events.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench.sigma_cases import Cases  # noqa: E402 -- its folder is found above
from tests.interop.real_apps import environment  # noqa: E402

from limen.monitor.detections.costs import slow_rules  # noqa: E402
from limen.monitor.detections.in_force import beside_own, read_folder  # noqa: E402
from limen.monitor.detections.rule_set import put_together  # noqa: E402
from limen.monitor.detections.sigma import SigmaDetector  # noqa: E402
from limen.monitor.normal_form.event import NormalEvent  # noqa: E402


def main() -> None:
    said = arguments()
    figures, spread = measured(said)
    report(said, figures, spread)


def measured(said: argparse.Namespace) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """All figures, and from what to what ours went over the rounds."""
    cases = Cases(7)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rules = said.rules or made(root / "rules", cases, said.count)
        began = time.process_time()
        read = list(read_folder(rules))
        detector = SigmaDetector(beside_own({}, read))
        loaded = time.process_time() - began
        events = {"mixed": cases.mixed(said.mixed), "process": cases.processes(said.processes)}
        rates: dict[str, list[tuple[float, float]]] = {name: [] for name in events}
        differences, lost = 0, 0
        for name, some in events.items():
            warm_up(detector, some[:500])
            for turn in range(said.rounds):
                ours = events_a_second(detector, some)
                theirs, found = peer(root, rules, some)
                rates[name].append((ours, theirs))
                lost = found["lost"]
                if not turn:
                    differences += differing(read, some, found)
    return figures_of(said, detector, rates, differences, lost, loaded)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--count", type=int, default=2_500)
    parser.add_argument("--mixed", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args(given)


def made(folder: Path, cases: Cases, count: int) -> Path:
    folder.mkdir()
    for name, text in cases.rules(count).items():
        (folder / name).write_text(text)
    return folder


# Limen


def warm_up(detector: SigmaDetector, events: list[NormalEvent]) -> None:
    for event in events:
        detector.feed(event)


def events_a_second(detector: SigmaDetector, events: list[NormalEvent]) -> float:
    lines = [msgspec.json.encode(event) for event in events]
    decode = msgspec.json.Decoder(NormalEvent).decode
    began = time.process_time()
    for line in lines:
        detector.feed(decode(line))
    return len(lines) / (time.process_time() - began)


# The peer


def peer(root: Path, rules: Path, events: list[NormalEvent]) -> tuple[float, dict[str, Any]]:
    """Events in a second of processor time, and what it found."""
    (root / "events.jsonl").write_text("\n".join(json.dumps(flat(event)) for event in events))
    command = [str(environment("sigma-sqlite") / "python"), str(HERE / "monitor_detect_peer.py")]
    done = subprocess.run(
        [*command, str(rules), str(root / "events.jsonl")],
        stdout=subprocess.PIPE,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    found = json.loads(done.stdout)
    return len(events) / found["all"], found


def flat(event: NormalEvent) -> dict[str, Any]:
    """The event as one row: the source's own names first, and the columns that have none of them."""
    row: dict[str, Any] = {"uid": event.uid, **event.fields}
    row |= {f"source_{name}": getattr(event, name) for name in ("product", "category", "service")}
    names = {name.lower() for name in row}
    for name in ("operation", "user", "object", "src_ip", "raw"):
        if name not in names:
            row[name] = getattr(event, name)
    return row


def differing(read: list[Any], events: list[NormalEvent], found: dict[str, Any]) -> int:
    """How many pairs of rule and event only one of the two found."""
    alone = put_together(read)
    ours = {(rule.id, event.uid) for event in events for rule in alone.hits(event)}
    return len(ours ^ {tuple(one) for one in found["hits"]})


# What came out


def figures_of(
    said: argparse.Namespace,
    detector: SigmaDetector,
    rates: dict[str, list[tuple[float, float]]],
    differences: int,
    lost: int,
    loaded: float,
) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    ours = {name: statistics.median(one for one, _ in some) for name, some in rates.items()}
    theirs = {name: statistics.median(one for _, one in some) for name, some in rates.items()}
    spread = {name: (min(one for one, _ in some), max(one for one, _ in some)) for name, some in rates.items()}

    def seconds(rates: dict[str, float]) -> float:
        return said.mixed / rates["mixed"] + said.processes / rates["process"]

    figures: dict[str, float] = {
        "detect_per_s_mixed": round(ours["mixed"]),
        "detect_per_s_process": round(ours["process"]),
        "sqlite_per_s_mixed": round(theirs["mixed"]),
        "sqlite_per_s_process": round(theirs["process"]),
        "ratio_sqlite": round(seconds(theirs) / seconds(ours), 1),
        "ratio_sqlite_mixed": round(ours["mixed"] / theirs["mixed"], 1),
        "ratio_sqlite_process": round(ours["process"] / theirs["process"], 1),
        "rules": len(detector.rule_set.rules),
        "load_s": round(loaded, 2),
        "slow_rules": len(slow_rules(detector.rule_set.rules)),
        "different_hits": differences,
        "rules_the_peer_lost": lost,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    return figures, spread


def report(said: argparse.Namespace, figures: dict[str, float], spread: dict[str, tuple[float, float]]) -> None:
    if said.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")
    for name, (least, most) in spread.items():
        print(f"{name}: {least:,.0f} to {most:,.0f} events a second of processor time over {said.rounds} rounds")


if __name__ == "__main__":
    main()
