"""Data, all figures of one run within five minutes: what is found, how fast, and what it costs where it passes.

    python bench/data.py [--json] [--only PART]

Each part is a bench by itself, in a process of its own, one after the other; what its figures mean stands there.

`scan`: recall, precision and false stops, how fast text is looked through, beside Python's `re`, Presidio and
detect-secrets (`data_scan.py`). `documents`: bombs, and documents of some kinds (`documents.py`). `gateway`: bodies of
five megabytes with and without a look into them (`data_gateway.py`). `icap`: a real Squid with and without asking
(`data_doors.py`). `sealing`: beside the age program and pyrage (`data_sealing.py`).

Beside each figure that has one stands its bound; a figure beyond it is marked, and nothing fails.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import data_doors
import data_gateway
import data_scan
import data_sealing
import documents
from bounds import Bounds, Figures, figures_of, show

BOUNDS: Bounds = {
    **data_scan.BOUNDS,
    **documents.BOUNDS,
    **data_gateway.BOUNDS,
    **data_doors.BOUNDS,
    **data_sealing.BOUNDS,
}


def _by_itself(bench: str, *options: str) -> Figures:
    """The figures of a bench that is run by itself."""
    file = Path(__file__).with_name(f"{bench}.py")
    done = subprocess.run([sys.executable, str(file), "--json", *options], stdout=subprocess.PIPE, check=False)
    if not done.stdout.strip():
        print(f"{file.name} ended with {done.returncode} and has no figures", file=sys.stderr)
        return {}
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


PARTS: Final[dict[str, Callable[[], Figures]]] = {
    "scan": partial(_by_itself, "data_scan"),
    "documents": partial(_by_itself, "documents"),
    "gateway": partial(_by_itself, "data_gateway"),
    "icap": partial(_by_itself, "data_doors"),
    "sealing": partial(_by_itself, "data_sealing", "--only", "files"),
}
"""By its name what gives the figures of a part."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    asked = parser.parse_args()
    show(figures_of(PARTS, asked.only), BOUNDS, as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
