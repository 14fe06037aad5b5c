"""A node lost under load: two real Limens over a real PostgreSQL, behind a real HAProxy with the config of its how-to.

In each round people ask through HAProxy all the time, both nodes acknowledge events, and one node is killed right after
it acknowledged one. Then people are revoked at the node that is left, one after the other.

`lost_wrong_permits`: requests that were let in after the revocation of who asked had returned. `lost_refusals_s`: from
the first to the last request that a person with access was refused, the longest of all rounds. `lost_events`: of those
acknowledged before, how many the node that is left does not have. `lost_revocation_ms_max`: the longest of these
revocations; the first waits for the lease of the node that was killed.

    python bench/people_lost.py [--json] [--rounds N]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # nodes and HAProxy are the tests'

from tests.interop.test_haproxy import asked, behind
from tests.nodes.fleet import NodeProcess, until
from tests.postgresql import cluster

from bounds import Bounds, Figures, show

BOUNDS: Bounds = {
    "lost_wrong_permits": ("<=", 0),
    "lost_refusals_s": ("<=", 5.0),
    "lost_events": ("<=", 0),
}
ROUNDS, ASKING, REVOKED, SAID = 10, 4, 10, 10
AFTER_SECONDS = 6.0
STAYS = "stays"
_names = (f"lost{number}" for number in itertools.count())


@dataclass(frozen=True)
class Round:
    wrong_permits: int
    refusals_s: float
    missing: int
    revocation_ms: float
    requests: int


def measured(rounds: int) -> Figures:
    with cluster() as server, behind(server) as (a, b, port):
        a.asks("sign_in", names=[STAYS])
        pairs = zip(range(rounds), itertools.cycle(((a, b), (b, a))), strict=False)
        found = [one_round(port, *pair) for _, pair in pairs]
    return {
        "lost_rounds": rounds,
        "lost_requests": sum(one.requests for one in found),
        "lost_wrong_permits": sum(one.wrong_permits for one in found),
        "lost_refusals_s": round(max(one.refusals_s for one in found), 2),
        "lost_events": sum(one.missing for one in found),
        "lost_revocation_ms_max": round(max(one.revocation_ms for one in found)),
    }


def one_round(port: int, lost: NodeProcess, left: NodeProcess) -> Round:
    people = list(itertools.islice(_names, REVOKED))
    left.asks("sign_in", names=people)
    until(lambda: [asked(port, who) for who in (STAYS, *people)] == [200] * (REVOKED + 1))
    permits, taken = 0, []
    with under_load(port) as answers:
        events = [node.asks("say")["id"] for _ in range(SAID) for node in (left, lost)]
        lost.kill()
        ends_at = time.monotonic() + AFTER_SECONDS
        for who in people:
            taken.append(float(left.asks("revoke", name=who)["ms"]))
            permits += [asked(port, who) for _ in range(4)].count(200)
        time.sleep(max(0.0, ends_at - time.monotonic()))
    refused = [at for at, status in answers if status != 200]
    with contextlib.suppress(AssertionError):  # what has not come by then is counted
        until(lambda: not missing_at(left, events))
    missing = missing_at(left, events)
    lost.start()
    until(lambda: lost.asked(STAYS) == 200)
    span = max(refused) - min(refused) if refused else 0.0
    return Round(permits, span, len(missing), max(taken), len(answers))


def missing_at(node: NodeProcess, events: list[str]) -> list[str]:
    found: list[str] = node.asks("holds", ids=events)["missing"]
    return found


@contextlib.contextmanager
def under_load(port: int) -> Iterator[list[tuple[float, int]]]:
    """Requests of somebody who has access, some at a time; when each was answered, and how."""
    answers: list[tuple[float, int]] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.01):
            status = asked(port, STAYS)
            answers.append((time.monotonic(), status))

    threads = [threading.Thread(target=ask) for _ in range(ASKING)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often a node is killed, else {ROUNDS}")
    asked_for = parser.parse_args()
    show(measured(asked_for.rounds), BOUNDS, as_json=asked_for.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
