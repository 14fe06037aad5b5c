"""Lines of programs, by what stands around their values: `Failed {method} for {*user} from {src_ip} port {src_port}`.

A template is matched in one pass from each end, without going back, so no line takes longer than it is long. What
stands behind a value that strangers choose is looked for from the line's end: who signs in as `x from 192.0.2.1 port 1`
does not make that the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.shapes import CONVERTED
from limen.monitor.normal_form.texts import line, text

_VALUE: Final = re.compile(r"\{([*~]?)(\w*)\}")
_COLUMNS: Final = ("user", "target_user", "process", "command_line", "object", "reason", "app", "host", "operation")
_WORD, _UNTIL, _REST = "", "~", "*"
Found = dict[str, str]


@dataclass(frozen=True)
class Line:
    """One sort of line. `{name}` is a word, `{~name}` ends where what comes next in the template is, and `{*name}`
    is whatever is left between the rest from both ends; `{*}` is of no use.

    Values that are named like columns are those; others are fields. `fixed`: columns that are the same for all of this
    sort.
    """

    says: str
    fixed: Mapping[str, str | int] = field(default_factory=dict)

    def draft(self, raw: str, written: str, fields: Fields) -> Draft | None:
        """What the line comes to, with `fields` beside it; None where it is another sort."""
        found = self.match(written)
        if found is None:
            return None
        draft = Draft(raw, fields, dict(self.fixed))
        for name, value in found.items():
            if name in CONVERTED or name in _COLUMNS:
                if known := CONVERTED.get(name, line)(value):
                    draft.columns[name] = known
            elif name:
                fields[name] = text(value)
        return draft

    def match(self, written: str) -> Found | None:
        """The values by their names."""
        start, end = 0, len(written)
        first, steps, star, back, last = self._parts
        if not written.startswith(first) or not written.endswith(last) or len(first) + len(last) > end:
            return None
        start, end, found = len(first), end - len(last), {}
        for sort, name, behind in steps:
            at = written.find(behind, start, end) if behind else end
            if at < 0 or (sort == _WORD and not _is_word(written, start, at)):
                return None
            found[name], start = written[start:at], at + len(behind)
        for name, before in back:
            at = written.rfind(before, start, end)
            if at < 0 or not _is_word(written, at + len(before), end):
                return None
            found[name], end = written[at + len(before) : end], at
        if star is not None:
            found[star] = written[start:end]
        return found if star is not None or start == end or (steps and not steps[-1][2]) else None

    @cached_property
    def _parts(self) -> tuple[str, list[tuple[str, str, str]], str | None, list[tuple[str, str]], str]:
        """What it begins with, the values from the left, the one between, the values from the right, its end."""
        first, *others = _VALUE.split(self.says)
        values = list(zip(others[0::3], others[1::3], others[2::3], strict=True))
        stars = [number for number, value in enumerate(values) if value[0] == _REST]
        if not stars:
            last = values.pop() if values else None
            return (first, [*values, (last[0], last[1], "")], None, [], last[2]) if last else (first, [], None, [], "")
        (at,) = stars
        left, right = values[:at], values[at:]
        befores = [behind for _, _, behind in right]
        back = [(name, before) for (_, name, _), before in zip(right[1:], befores, strict=False)]
        return first, left, right[0][1], back[::-1], befores[-1]


def first_of(lines: tuple[Line, ...], raw: str, written: str, fields: Fields) -> Draft | None:
    """What the first of these that fits makes of a line."""
    return next((found for one in lines if (found := one.draft(raw, written, fields)) is not None), None)


def pairs(written: str, separator: str = " ", most: int = 200) -> Found:
    """`a=1 b="2 3" c='4'` as values by their names. What stands between without an equals sign is passed over."""
    found: Found = {}
    at = 0
    while len(found) < most and (equals := written.find("=", at)) >= 0:
        start = written.rfind(separator, at, equals)
        name = written[start + len(separator) if start >= 0 else at : equals].strip()
        at = equals + 1
        quote = written[at : at + 1]
        if quote in ("'", '"') and quote:
            end = closing(written, at + 1, quote)
            value, at = written[at + 1 : end], end + 1
        else:
            end = written.find(separator, at)
            end = end if end >= 0 else len(written)
            value, at = written[at:end], end
        if name:
            found[name] = value
    return found


def closing(written: str, at: int, quote: str) -> int:
    """The next quote from `at` that is not escaped; the end where there is none."""
    while (end := written.find(quote, at)) >= 0:
        if written[end - 1 : end] != "\\":
            return end
        between = written[at:end]
        if (len(between) - len(between.rstrip("\\"))) % 2 == 0:
            return end
        at = end + 1
    return len(written)


def _is_word(written: str, start: int, end: int) -> bool:
    return start < end and written.find(" ", start, end) < 0
