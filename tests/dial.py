"""One dial for the size of whatever is tried by numbers: laws, kills, fuzzed requests.

Beside a law stands its full size, as it is tried before a release. `LIMEN_TESTS` says how much of that is tried: `ci`
all, `work` a quarter, `quick` a twentieth. `.ci/run` says `work`. Where nothing is said, a CI tries all and everybody
else a quarter.
"""

from __future__ import annotations

import os
from typing import Final

PARTS: Final = {"quick": 20, "work": 4, "ci": 1}
"""Of how many parts of the full size one is tried."""


def turned_to(environment: os._Environ[str] | dict[str, str]) -> str:
    """Where the dial stands. A word that is no place on it is refused, so that nobody believes that all was tried."""
    asked = environment.get("LIMEN_TESTS", "")
    if asked and asked not in PARTS:
        raise SystemExit(f"LIMEN_TESTS is {asked!r}, and not one of: {', '.join(PARTS)}")
    is_ci = environment.get("LIMEN_REQUIRE_ALL") == "1" or environment.get("CI", "").lower() in {"1", "true"}
    return asked or ("ci" if is_ci else "work")


PLACE: Final = turned_to(os.environ)
PART: Final = PARTS[PLACE]


def size(full: int, least: int = 5, part: int = PART) -> int:
    """How many to try of what is `full` in size; never fewer than `least`, nor more than there are."""
    return min(full, max(least, full // part))


def floor(full: int, part: int = PART) -> int:
    """How often something must at least have been met, where it is `full` among all. Few are met less evenly: half."""
    return full if part == 1 else full // part // 2
