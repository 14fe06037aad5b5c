"""A record of nested objects as one flat mapping with dotted names, of bounded depth and size."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

import msgspec

from limen.monitor.normal_form.texts import LONGEST_VALUE, text

MOST_FIELDS: Final = 500
"""Values of one event; what comes after them is in its raw text only."""
MOST_ITEMS: Final = 100
"""Values of one list."""
DEEPEST: Final = 10
"""Objects in each other; what is deeper is kept as the JSON it was."""
LONGEST_NAME: Final = 200
OURS: Final = "limen."
"""Names that begin so are written by Limen alone."""
_MOST_PREFIXES: Final = 64
_MOST_NAMES: Final = 1_000
"""Names that are remembered: who sends others each time fills no memory, and is read a little more slowly."""
_LARGEST: Final = 1 << 63
_PAIRS: Final = (
    ("Name", "Value"),
    ("name", "value"),
    ("name", "boolValue"),
    ("name", "intValue"),
    ("name", "multiValue"),
    ("displayName", "newValue"),
)
"""How lists of objects say names and values, as Microsoft and Google do: they become fields of these names."""

Fields = dict[str, Any]
_known: Final[dict[str, dict[str, str]]] = {"": {}}
"""What fields are called, by the prefix of the object that they stand in, and by their name there."""
_unchanged: Final[set[str]] = set()
"""Names that are the same in a record and flat."""


def flat(record: Mapping[str, Any]) -> Fields:
    """`record`, flattened. A sender that writes a name of Limen's own (`limen.…`) finds it as `sent.limen.…`."""
    fields: Fields = {}
    _into(fields, "", record, 1)
    return fields


def flat_texts(record: Mapping[str, Any]) -> Fields:
    """The same, and quicker where a record holds nothing but texts that may stay as they are, under known names."""
    if _unchanged >= record.keys():
        try:
            joined = "".join(record.values())
        except TypeError:
            return flat(record)
        if len(joined) <= LONGEST_VALUE and len(record) <= MOST_FIELDS and joined.isprintable():
            return {**record}
    return flat(record)


def _into(fields: Fields, prefix: str, record: Mapping[str, Any], depth: int) -> None:
    known = _known.get(prefix)
    if known is None:
        known = _known_below(prefix)
    for key, value in record.items():
        if len(fields) >= MOST_FIELDS:
            return
        name = known.get(key) or _remembered(known, prefix, key)
        if type(value) is str:
            fields[name] = value if value.isprintable() and len(value) <= LONGEST_VALUE else text(value)
        elif type(value) is dict and depth < DEEPEST:
            _into(fields, name + ".", value, depth + 1)
        elif type(value) is bool:
            fields[name] = value
        elif value is not None and (other := _other(fields, name, value, depth)) is not None:
            fields[name] = other


def _known_below(prefix: str) -> dict[str, str]:
    """Names that are remembered of objects with this prefix."""
    if len(prefix) > LONGEST_NAME:
        return {}
    if len(_known) >= _MOST_PREFIXES:
        for one in [one for one in _known if one]:
            _known.pop(one, None)
    return _known.setdefault(prefix, {})


def _remembered(known: dict[str, str], prefix: str, key: str) -> str:
    name = name_in(prefix, key)
    if len(key) <= LONGEST_NAME:
        if len(known) >= _MOST_NAMES:
            known.clear()
        known[key] = name
        if key == name:
            if len(_unchanged) >= _MOST_NAMES:
                _unchanged.clear()
            _unchanged.add(name)
    return name


def name_in(prefix: str, name: str) -> str:
    """What a field is called that a sender calls so, within an object that has this prefix."""
    if len(name) > LONGEST_NAME or not name.isprintable():
        name = text(name[:LONGEST_NAME]).replace("\n", " ")
    if prefix:
        return prefix + name
    return "sent." + name if name[:6].lower() == OURS or name.lower() == "limen" else name


def _other(fields: Fields, name: str, value: object, depth: int) -> object:
    """A number or a list of plain values; None for what became fields of its own."""
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else text(str(value)[:LONGEST_VALUE])
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if depth >= DEEPEST:
        return text(msgspec.json.encode(value).decode("utf-8", "backslashreplace"))
    if isinstance(value, dict):
        _into(fields, name + ".", value, depth + 1)
    elif isinstance(value, list):
        return _list(fields, name, value[:MOST_ITEMS], depth)
    return None


def _list(fields: Fields, name: str, values: list[Any], depth: int) -> list[Any] | None:
    plain = [text(one) if isinstance(one, str) else one for one in values if isinstance(one, str | bool | int | float)]
    for number, one in enumerate(values):
        if isinstance(one, dict):
            pair = next((pair for pair in _PAIRS if pair[0] in one and pair[1] in one), None)
            if pair is not None and isinstance(one[pair[0]], str):
                named = {key: rest for key, rest in one.items() if key not in pair}
                _into(fields, name + ".", {one[pair[0]]: one[pair[1]]}, depth + 1)
                _into(fields, f"{name}.{name_in('', one[pair[0]])}.", named, depth + 1)
            else:
                _into(fields, f"{name}.{number}.", one, depth + 1)
    return [one for one in plain if not isinstance(one, int | float) or -_LARGEST <= one < _LARGEST] or None
