"""Where the company folder names somebody by their email address, and the same files with somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_SHOWN = 200
MOST_MENTIONS = 500


@dataclass(frozen=True, slots=True)
class Mention:
    """A line of a file of the folder that names somebody. Lines count from 1."""

    file: str
    line: int
    text: str


def mentions(files: Mapping[str, str], email: str) -> list[Mention]:
    """Every line that names this address, also in comments."""
    found: list[Mention] = []
    for name in sorted(files):
        for number, text in enumerate(files[name].splitlines(), 1):
            if len(found) < MOST_MENTIONS and _whole(email).search(text):
                found.append(Mention(name, number, text.strip()[:LONGEST_SHOWN]))
    return found


def handed_over(files: Mapping[str, str], email: str, to: str) -> dict[str, str]:
    """The files that change: each with the other address in place of this one."""
    return dict(_changed(files, _whole(email), to))


def _changed(files: Mapping[str, str], wanted: re.Pattern[str], to: str) -> Iterator[tuple[str, str]]:
    for name, text in files.items():
        after = wanted.sub(lambda _found: to, text)
        if after != text:
            yield name, after


def _whole(email: str) -> re.Pattern[str]:
    """The address by itself, and not as a part of a longer one."""
    return re.compile(rf"(?<![A-Za-z0-9._%+-]){re.escape(email)}(?![A-Za-z0-9-]|\.[A-Za-z0-9])", re.IGNORECASE)
