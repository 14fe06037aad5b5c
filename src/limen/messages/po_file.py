"""Reads the gettext files of translations (`.po`) that `do.py messages` writes.

Babel writes them and could read them; it takes a tenth of a second for what is needed at every start, and this takes
some milliseconds. A test holds that both read the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: its text or key, and what is said in its place, one form for each number of things."""

    message: str
    said: tuple[str, ...]


def entries(text: str) -> list[Entry]:
    """The messages of a file, without its header. Raises ValueError or KeyError for what is no such file."""
    found = []
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, _, line = line.partition(" ")  # noqa: PLW2901 -- the rest of the same line
            fields[name] = fields.get(name, "") + json.loads(line)
        if fields.get("msgid"):
            said = tuple(value for name, value in sorted(fields.items()) if name.startswith("msgstr"))
            found.append(Entry(fields["msgid"], said))
    return found
