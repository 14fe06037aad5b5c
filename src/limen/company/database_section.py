"""Names the database in the text of limen.toml, and leaves all else in it as its authors wrote it."""

from __future__ import annotations

import json
import re
from typing import Final

_HEADER: Final = re.compile(r"^\s*\[\s*database\s*\]\s*(#.*)?$")
_ANY_HEADER: Final = re.compile(r"^\s*\[")
_URL: Final = re.compile(r"^\s*url\s*=")


def with_database_url(text: str, url: str) -> str:
    """The settings with `url` under `[database]`; "" is SQLite in the data folder."""
    line = f"url = {json.dumps(url, ensure_ascii=False)}"
    lines = text.splitlines()
    headers = [number for number, one in enumerate(lines) if _HEADER.match(one)]
    if not headers:
        return "\n".join([*lines, "", "[database]", line]) + "\n"
    begin = headers[0] + 1
    end = next((number for number in range(begin, len(lines)) if _ANY_HEADER.match(lines[number])), len(lines))
    found = [number for number in range(begin, end) if _URL.match(lines[number])]
    if found:
        lines[found[0]] = line
    else:
        lines.insert(begin, line)
    return "\n".join(lines) + "\n"
