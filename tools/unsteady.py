"""`tests/unsteady.toml`: tests that failed beside others and held alone. Each is a fault whose cause is to be found.

A listed test is part of the long run only. At most `MOST` may be listed, none for longer than `MOST_DAYS`
(`tests/test_house.py`).
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

LIST: Final = Path(__file__).resolve().parent.parent / "tests" / "unsteady.toml"
MOST: Final = 20
MOST_DAYS: Final = 14
MOST_SHOWN: Final = 2_000


def listed(file: Path | None = None) -> list[dict[str, Any]]:
    """Each with `test`, `day`, `commit`, `seen` and, once known, `cause`."""
    file = file or LIST
    return list(tomllib.loads(file.read_text("utf-8")).get("unsteady", [])) if file.exists() else []


def note(outputs: dict[str, str], commit: str, file: Path | None = None, today: date | None = None) -> None:
    """Add those that do not stand there yet, with the end of what each printed."""
    file = file or LIST
    known = {one["test"] for one in listed(file)}
    day = today or datetime.now(UTC).date()
    with file.open("a", encoding="utf-8") as to:
        for test, output in outputs.items():
            if test not in known:
                seen = output[-MOST_SHOWN:].replace("\x7f", "")
                said = {"test": test, "commit": commit, "seen": seen, "cause": ""}
                lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()]
                to.write("\n".join(["", "[[unsteady]]", f"day = {day.isoformat()}", *lines, ""]))


def too_old(today: date, file: Path | None = None) -> list[str]:
    return [one["test"] for one in listed(file) if (today - one["day"]).days > MOST_DAYS]
