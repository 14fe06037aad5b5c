"""TOML as plain data with positions. Runs in the parsing child."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from limen.company.yaml_text import TextError
from limen.configuration.tree import Written

_TABLE: Final = re.compile(r"^\s*\[\[?\s*([^\[\]#]+?)\s*\]\]?")
_KEY: Final = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"))*)\s*=\s*"""
)
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(text: str) -> Written:
    """The document in `text`. Raises `TextError`."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _AT.search(said)
        line, column = text.count("\n") + 1, 1
        if found and found[1]:
            line, column = int(found[1]), int(found[2])
        what = f"this is not valid TOML: {_AT.sub('', said)}"
        raise TextError(line, column, what, "check quotes and brackets") from None
    except (RecursionError, ValueError):
        raise TextError(
            1, 1, "this is not valid TOML: it nests too deeply, or a number is too long", "flatten it"
        ) from None
    return _place(plain, (), _positions(text), (1, 1))


Path = tuple[str, ...]


def _positions(text: str) -> dict[Path, tuple[int, int, int]]:
    """Where each key stands: line, column, and the column of its value."""
    found: dict[Path, tuple[int, int, int]] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = tuple(part.strip("\"'") for part in _PART.findall(header[1]))
            found.setdefault(table, (number, header.start(1) + 1, header.start(1) + 1))
        elif key := _KEY.match(line):
            path = table + tuple(part.strip("\"'") for part in _PART.findall(key[1]))
            found.setdefault(path, (number, key.start(1) + 1, key.end() + 1))
    return found


def _place(value: Any, path: Path, positions: dict[Path, tuple[int, int, int]], above: tuple[int, int]) -> Written:
    line, column, value_column = positions.get(path, (*above, above[1]))
    if isinstance(value, dict):
        mapping: dict[str, Any] = {}
        for key, inner in value.items():
            key_line, key_column, _ = positions.get((*path, key), (line, column, column))
            mapping[key] = [key_line, key_column, _place(inner, (*path, key), positions, (key_line, key_column))]
        return [line, column, mapping]
    if isinstance(value, list):
        return [line, value_column, [_place(inner, (), {}, (line, value_column)) for inner in value]]
    plain = value if isinstance(value, str | int | float | bool) else str(value)
    return [line, value_column, plain]
