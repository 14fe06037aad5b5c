"""How long a revocation takes on two nodes: two real Limens over a real PostgreSQL, on this machine.

`revocation_ms_p99_2n`: from the call at one node until it returns, which is when neither node permits the person
any more; half of the revocations at each. After each, both nodes are asked, and `permits_after_2n` counts who was let
in: it has to be 0. `revocation_ms_max_lost`: the longest right after the other node was killed; it waits for that one's
lease. Beside it, in the same run: `commit_ms_p99`, a transaction that changes nothing anybody follows.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.nodes.fleet import NodeProcess, fleet, until
from tests.postgresql import cluster

ROUNDS, LOST = 1_000, 3


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--rounds", type=int, default=ROUNDS, help=f"how many revocations, else {ROUNDS}")
    chosen = options.parse_args()
    found = figures(chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>12}")
    return 0


def figures(rounds: int = ROUNDS) -> dict[str, float]:
    with cluster() as server, TemporaryDirectory(prefix="nodes-") as folder, fleet(Path(folder), server) as nodes:
        both = (nodes["a"], nodes["b"])
        people = [f"n{number}" for number in range(rounds + LOST)]
        for begin in range(0, len(people), 200):
            both[0].asks("sign_in", names=people[begin : begin + 200])
        until(lambda: all(node.asked(people[-1]) == 200 for node in both))
        taken, commits, permits = [], [], 0
        for number, who in enumerate(people[:rounds]):
            taken.append(both[number % 2].asks("revoke", name=who)["ms"])
            permits += [node.asked(who) for node in both].count(200)
            began = time.monotonic()
            both[number % 2].asks("say")
            commits.append((time.monotonic() - began) * 1_000)
        lost = [after_a_kill(*both, who) for who in people[rounds:]]
    return {
        "revocation_ms_p99_2n": round(p99(taken), 1),
        "revocation_ms_p50_2n": round(statistics.median(taken), 1),
        "revocation_ms_max_2n": round(max(taken), 1),
        "permits_after_2n": permits,
        "revocations_2n": rounds,
        "commit_ms_p99": round(p99(commits), 1),
        "revocation_ms_max_lost": round(max(lost), 1),
    }


def after_a_kill(there: NodeProcess, lost: NodeProcess, who: str) -> float:
    lost.kill()
    took = float(there.asks("revoke", name=who)["ms"])
    lost.start()
    return took


def p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98] if len(taken) > 1 else taken[0]


if __name__ == "__main__":
    sys.exit(main())
