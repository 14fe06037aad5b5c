"""The network: how long a proof takes, and what enforcing costs. One part for each.

    python bench/network.py [--json] [--only PART]

`prove`: zones by the dozen and thousands of rules, a sixth of them denies, both address families; the full matrix and
everything that must never be, and beside it the second engine with the same rules. Beside each figure that has one
stands its bound; a figure beyond it is marked, and nothing fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

import network_prove
from bounds import Bounds, beside

BOUNDS: Bounds = {
    "prove_5k_s": ("<=", 1),
    "prove_100k_s": ("<=", 30),
    "prove_100k_mb": ("<=", 1_000),
}
PARTS: dict[str, Callable[[], dict[str, float]]] = {"prove": network_prove.prove}
"""By its name what gives the figures of a part."""


def main() -> int:
    asked = _arguments()
    found: dict[str, float] = {}
    for name, part in PARTS.items():
        if asked.only in (None, name):
            found |= part()
    if asked.json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        print(f"  {name:<32}{value:>12,}{beside(BOUNDS, name, value)}")
    return 0


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one line, an object")
    arguments.add_argument("--only", choices=[*PARTS], help="one of the parts")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
