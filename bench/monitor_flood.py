"""How late one source's flood makes what another says: lines that all meet a rule, and a story of a sign-in beside it.

    python bench/monitor_flood.py [--lines N] [--entities N] [--json]

The store, the rules and the thread of detections are the real ones. Taking findings costs `COMMIT_SECONDS` each, as it
was measured of a whole Limen. The lines come as fast as the disk takes them, and behind the last one the story: wrong
passwords for SSH, then a sign-in. `story_s` is from then until it is found, `all_s` from the first line until all were
looked at; `hits` is what had to be committed, `times` what it stands for.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

import msgspec

from limen.clock import SystemClock
from limen.monitor.detections.examples import events_of
from limen.monitor.detections.hit import Hit
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.process.assembly import KeptEvents
from limen.monitor.process.detecting import Detecting
from limen.monitor.process.journal_tail import JournalTail
from limen.monitor.process.state import State
from limen.monitor.stored import COLUMNS
from limen.storage.event_store.store import EventStore

COMMIT_SECONDS = 1 / 4_000
FLOODING, STORY = "root-by-password.yml", "ssh-failures-then-success.yml"
AT_ONCE = 5_000
PATIENCE_SECONDS = 3_600


def main() -> None:
    said = arguments()
    with TemporaryDirectory() as folder:
        figures = measured(Path(folder), said.lines, said.entities)
    print(json.dumps(figures) if said.json else "\n".join(f"{name:<12}{value:>12,}" for name, value in figures.items()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--entities", type=int, default=1, help="how many hosts the lines name")
    return parser.parse_args()


def measured(folder: Path, lines: int, entities: int) -> dict[str, float]:
    rules, clock, found = own_rules(), SystemClock(), dict[str, Hit]()
    first_at: dict[str, float] = {}
    sent = [0]

    def take(hits: Sequence[Hit]) -> None:
        time.sleep(len(hits) * COMMIT_SECONDS)
        sent[0] += len(hits)
        for hit in hits:
            found[hit.id] = hit
            first_at.setdefault(hit.rule, time.monotonic())

    store = EventStore.open(folder / "events", columns=COLUMNS, keys=(token_bytes(32),))
    kept = KeptEvents(store, 0)
    state, detectors = State(), {"rules": SigmaDetector(rules)}
    journal = JournalTail(folder / "journal")
    (folder / "journal").mkdir()
    detecting = Detecting(folder, state, kept, journal, lambda _: [], detectors, lambda *_: [], take, clock)
    began = time.monotonic()
    detecting.start()
    for some in flood(lines, entities):
        kept.append(some)
        detecting.wake()
    story, rule_id = example(STORY, "servers")
    kept.append(story)
    detecting.wake()
    told = time.monotonic()
    until(lambda: rule_id in first_at)
    until(lambda: stood_for(list(found.values())) >= lines)
    ended = time.monotonic()
    detecting.close()
    store.close()
    return {
        "lines": lines,
        "story_s": round(first_at[rule_id] - told, 2),
        "all_s": round(ended - began, 1),
        "hits": sent[0],
        "times": stood_for(list(found.values())),
    }


def stood_for(hits: Sequence[Hit]) -> int:
    """How many lines of the flood were found."""
    return sum(hit.times for hit in hits if hit.sources == ("firewall",))


def flood(number: int, entities: int) -> Iterator[list[bytes]]:
    one = msgspec.json.decode(example(FLOODING, "firewall")[0][0], type=NormalEvent)
    for begin in range(0, number, AT_ONCE):
        now = SystemClock().now()
        yield [
            msgspec.json.encode(
                msgspec.structs.replace(
                    one, uid=f"f{n}", at=now, received_at=now, host=f"host{n % entities}", device_id=""
                )
            )
            for n in range(begin, min(begin + AT_ONCE, number))
        ]


def example(file: str, source: str) -> tuple[list[bytes], str]:
    """The first example of a rule of Limen's, as lines of a source that came now; and the rule's id."""
    rules = own_rules()
    rule = next(
        one for one in reversed(rules.everything) if one.about.file.endswith(file) and one.about.examples.positive
    )
    events = events_of(rule.about.examples.positive[0], rule, rules)
    shift = SystemClock().now() - events[-1].at
    return [
        msgspec.json.encode(
            msgspec.structs.replace(
                one, uid=f"{source}{n}", source=source, at=one.at + shift, received_at=one.at + shift
            )
        )
        for n, one in enumerate(events)
    ], rule.id


def until(holds: Callable[[], object]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > ends_at:
            raise TimeoutError
        time.sleep(0.02)


if __name__ == "__main__":
    main()
