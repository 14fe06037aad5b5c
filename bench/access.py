"""Access that is asked for: how soon it opens, how exactly it ends, how fast it is cut. One function for each figure.

    python bench/access.py [--json] [--rounds N] [--only PART]

`grant_to_access_ms_p95`: from an approval until a request that was refused before is let through.
`end_skew_ms_p99`: how far from the end of a grant it is really over. `revoke_to_cut_ms_p95`: from taking a grant away
until nothing of it is left. Each part brings its own door (`access_web.py` …) as `…_<door>`; the figures without a
door's name are the worst over all doors that were measured. Beside each figure that has one stands its bound; a figure
beyond it is marked, and nothing fails.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

import access_effective
import access_groups
import access_openvpn
import access_radius
import access_reviews
import access_ssh
import access_standing
import access_web
from bounds import Bounds, Figures, figures_of, show

BOUNDS: Bounds = {
    "grant_to_access_ms_p95": ("<=", 500),
    "end_skew_ms_p99": ("<=", 1_000),
    "revoke_to_cut_ms_p95": ("<=", 1_000),
    "ssh_certs_per_s": (">=", 500),
    "standing_s": ("<=", 5),
    "effective_cpu_s": ("<=", 5),
    "effective_person_cpu_s": ("<=", 1),
    "effective_app_cpu_s": ("<=", 1),
    "review_rows_per_s": (">=", 5_000),
}
PARTS: dict[str, Callable[[int], Figures]] = {
    "web": access_web.web,
    "ssh": access_ssh.ssh,
    "radius": access_radius.radius,
    "openvpn": access_openvpn.openvpn,
    "standing": access_standing.standing,
    "effective": access_effective.effective,
    "reviews": access_reviews.reviews,
    "groups": access_groups.groups,
}
"""Each by the name of its door or part: it is given how many rounds, and gives its figures."""
OVER_ALL = ("grant_to_access_ms_p95", "end_skew_ms_p99", "revoke_to_cut_ms_p95")


def main() -> int:
    asked = _arguments()
    found = figures_of({name: partial(part, asked.rounds) for name, part in PARTS.items()}, asked.only)
    for figure in OVER_ALL:
        each = [value for name, value in found.items() if name.startswith(f"{figure}_")]
        found |= {figure: max(each)} if each else {}
    show(found, BOUNDS, as_json=asked.json)
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--rounds", type=int, default=60, help="how many people, each once")
    arguments.add_argument("--only", choices=[*PARTS], help="one of the parts")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
