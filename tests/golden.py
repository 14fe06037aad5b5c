"""Wording that is asserted stands in files, one section for each time that a test asks: `expected(text)`.

A test file `tests/cli/test_check.py` has `tests/cli/expected/test_check.txt`. After words changed on purpose,
`LIMEN_EXPECTED=write python3 do.py test tests/cli` writes the sections anew, and the difference is for a reviewer to
read. What differs at each run is replaced before: folders as the test says, ids and digests always.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

IS_WRITING = os.environ.get("LIMEN_EXPECTED") == "write"
HEAD = "##### "
DIFFERS = (
    (re.compile(r"#[A-Za-z0-9_-]{43}\b"), "#SECRET"),
    (re.compile(r"\blimen_[a-z]+_[A-Za-z0-9_-]{40,}"), "SECRET"),
    (re.compile(r"(?<=localhost):\d{5}\b"), ":PORT"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{24}(-\d+)?\b"), "ID"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "REVISION"),
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?"), "DATE"),
)


class Expected:
    """What one test expects to be said, in the order in which it asks."""

    def __init__(self, file: Path, test: str, *, is_writing: bool = IS_WRITING) -> None:
        self._file = file
        self._test = test
        self._asked = 0
        self._is_writing = is_writing

    def __call__(self, said: str, replaced: Mapping[str, str] | None = None) -> None:
        """Fails where `said` is not what the file has. `replaced`: what differs at each run, by the word for it."""
        self._asked += 1
        name = f"{self._test} {self._asked}"
        for what, word in (replaced or {}).items():
            said = said.replace(what, word)
        for pattern, word in DIFFERS:
            said = pattern.sub(word, said)
        said = "\n".join(line.rstrip() for line in said.strip("\n").splitlines())
        sections = sections_of(self._file)
        if self._is_writing:
            write_sections(self._file, {**sections, name: said})
            return
        stands = sections.get(name)
        assert stands is not None, f"{self._file} has no section {name!r}; LIMEN_EXPECTED=write writes it"
        difference = "\n".join(unified_diff(stands.splitlines(), said.splitlines(), "expected", "said", lineterm=""))
        assert said == stands, f"{difference}\n\nif the words changed on purpose: LIMEN_EXPECTED=write"


def expected_of(item: pytest.Item) -> Expected:
    return Expected(item.path.parent / "expected" / f"{item.path.stem}.txt", item.name)


def sections_of(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    found = re.split(rf"^{HEAD}(.*)\n", file.read_text("utf-8"), flags=re.MULTILINE)
    return {name: text.strip("\n") for name, text in zip(found[1::2], found[2::2], strict=True)}


def write_sections(file: Path, sections: Mapping[str, str]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(f"{HEAD}{name}\n{text}\n" for name, text in sorted(sections.items())), "utf-8")
