"""How a table of secrets is read: a line for each kind, with its id, what people call it, and its form.

A form is an expression. `<uuid>` stands for a UUID in lower case. What stands between « and » is looked for first,
where a form begins with what is everywhere; else that is its first letters. What is made of letters and digits alone
ends where they end, and is preceded by none: a longer run of them is something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.data.detectors.measuring import first_letters, longest_match
from limen.data.detectors.secrets.placeholders import is_mixed, is_no_placeholder, value_of
from limen.data.model import Check, Confidence, Detector, Kind

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ENDS_IN_WORD: Final = re.compile(r"\[(?:A-Z|a-z|0-9|a-f|A-F|2-7)+\](?:\{[\d,]+\})?$")
_SIGNED: Final = r"[a-z0-9_. -]{0,24}[\"']{0,1}\s{0,3}[:=]"
_ASSIGNED: Final = _SIGNED + r">{0,1}\s{0,3}[\"']{0,1}"
"""What stands between a name and its value in code, settings and notes."""


def by_form(table: str, checks: Mapping[str, Check] | None = None) -> tuple[Detector, ...]:
    """The detectors of a table with three columns: id, name, form. They are sure by themselves."""
    checks = checks or {}
    return tuple(
        Detector(
            detector,
            name,
            Kind.SECRET,
            _whole(form),
            longest=longest_match(_whole(form)),
            alone=Confidence.HIGH,
            rough=_first_look(form),
            rough_begins="«" not in form,
            check=_both(is_no_placeholder, checks.get(detector)),
        )
        for detector, name, form in _rows(table, 3)
    )


def by_name(table: str) -> tuple[Detector, ...]:
    """The detectors of a table with four columns: id, name, what it is called where it stands, form of the value.

    Such values look like any other run of letters and digits, so that only their name before them tells what they are:
    `DATADOG_API_KEY=…`, `"datadog": {"key": "…"}` not.
    """
    return tuple(
        Detector(
            detector,
            name,
            Kind.SECRET,
            rf"(?i)\b(?:{names}){_ASSIGNED}{_bounded(form)}",
            longest=longest_match(rf"(?:{names}){_ASSIGNED}{form}".replace("<uuid>", _UUID)),
            alone=Confidence.HIGH,
            rough=rf"(?i)(?:{names}){_SIGNED}",
            check=is_named_value,
        )
        for detector, name, names, form in _rows(table, 4)
    )


def is_named_value(matched: bytes) -> bool:
    """What stands behind the name is as mixed as keys are, and no placeholder."""
    value = value_of(matched)
    return is_no_placeholder(value) and is_mixed(value)


def _rows(table: str, columns: int) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [part.strip() for part in line.split(" | ", columns - 1)]


def _whole(form: str) -> str:
    form = form.replace("«", "").replace("»", "").replace("<uuid>", _UUID)
    return rf"\b{_bounded(form)}" if re.match(r"\w|\(\?:\w|\[|\\d", form) else _bounded(form)


def _bounded(form: str) -> str:
    form = form.replace("<uuid>", _UUID)
    return rf"{form}\b" if _ENDS_IN_WORD.search(form) else form


def _first_look(form: str) -> str:
    if "«" in form:
        return form.partition("«")[2].partition("»")[0]
    return first_letters(_whole(form))


def _both(one: Check, other: Check | None) -> Check:
    return one if other is None else Both(one, other)


@dataclass(frozen=True, slots=True)
class Both:
    """Two checks that both have to hold. A value, so that detectors can be sent to another process."""

    one: Check
    other: Check

    def __call__(self, matched: bytes) -> bool:
        return self.one(matched) and self.other(matched)
