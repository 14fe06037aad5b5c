"""The network: how soon it is proved and loaded, and what rules cost the packets. One function for each part.

    python bench/network.py [--json] [--only PART]
    python bench/network.py --mutations N
    python bench/network.py --long [--policies N] [--connects N] [--workers N] [--kept FILE]

`prove`: zones by the dozen and thousands of rules, a sixth of them denies, both address families; the full matrix and
everything that must never be, and beside it the second engine with the same rules.

`blast`: who reaches what in a company, and the list of the largest; see `network_blast.py`.
`learned`: what is proposed from an hour of a company's connections; see `network_learned.py`.
`learned_lab`, as root: the same from connections that a real firewall tells of; see `network_learned_lab.py`.

`kernel`, as root: `load_50k_s`: nft loads 50,000 flows, spread over a hundred pairs of zones; `load_50k_one_pair_s`:
between two zones. `emit_50k_s`: what they take to become a table. `new_connection_ratio`: how many new connections a
second come through beside 50,000 flows, as a part of how many do beside one; `linear_ratio`: beside 5,000 flows as one
rule each, in the same run. `grant_close_ms`: how late the kernel closes what was opened for two seconds, with nobody
running; below zero, how early.

`change_confirmed_s`: from sending a ruleset to a firewall that follows Limen to its being in force and confirmed by its
own check. `drift_found_s`: how long at most a change by hand stays unknown to Limen. `deny_to_alert_ms_p95`: from a
packet that is denied to the alert on who sent it. `close_early_ms_max`: from a no to the first refused connection.

`tunnel_ratio`, as root: what a tunnel of WireGuard carries through a firewall with Limen's table, as a part of what it
carries through one without any, in the same run.

`--long` tries random rules against the kernel, connect by connect (tests/laws/network_kernel.py), in several labs at
once, and goes on where it was stopped: what is done stands in the kept file. Beside each figure that has one stands
its bound; a figure beyond it is marked, and nothing fails, but for a disagreement between model and kernel.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the lab is the tests'

import network_blast
import network_guard
import network_kernel
import network_learned
import network_learned_lab
import network_long
import network_prove
import network_tunnel
from bounds import Bounds, Figures, figures_of, show

BOUNDS: Bounds = {
    "prove_5k_s": ("<=", 1),
    "prove_100k_s": ("<=", 30),
    "prove_100k_mb": ("<=", 1_000),
    **network_blast.BOUNDS,
    **network_learned.BOUNDS,
    **network_learned_lab.BOUNDS,
    **network_tunnel.BOUNDS,
    "load_50k_s": ("<=", 2),
    "new_connection_ratio": (">=", 0.9),
    "grant_close_ms": ("<=", 1_000),
    "drift_found_s": ("<=", 60),
    "deny_to_alert_ms_p95": ("<=", 5_000),
    "close_early_ms_max": ("<=", 1_000),
}
PARTS: dict[str, Callable[[], Figures]] = {
    "prove": network_prove.prove,
    "blast": network_blast.blast,
    "kernel": network_kernel.kernel,
    "guard": network_guard.guard,
    "learned": network_learned.learned,
    "learned_lab": network_learned_lab.learned_lab,
    "tunnel": network_tunnel.tunnel,
}
"""By its name what gives the figures of a part."""


def main() -> int:
    asked = _arguments()
    if asked.mutations:
        return network_long.mutate(asked.mutations)
    if asked.long:
        return network_long.run(asked.policies, asked.connects, asked.workers, asked.kept)
    show(figures_of(PARTS, asked.only), BOUNDS, as_json=asked.json)
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--only", choices=[*PARTS], help="one of the parts")
    arguments.add_argument("--long", action="store_true", help="random rules against the kernel; root")
    arguments.add_argument("--mutations", type=int, default=0, help="changes of a live ruleset, each to be found; root")
    arguments.add_argument("--policies", type=int, default=10_000)
    arguments.add_argument("--connects", type=int, default=110, help="of each policy; some are drawn twice")
    arguments.add_argument("--workers", type=int, default=2, help="labs at once")
    arguments.add_argument("--kept", type=Path, default=Path("network-long.jsonl"), help="what is done, a line each")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
