"""What is in force and was not meant, or was meant and is not in force."""

from __future__ import annotations

import difflib
import json
from typing import Any, Iterator

from limen.following.program.commands import shown
from limen.network.firewalls.limen_firewall.rulesets import FAMILY, TABLE

MOST_DIFFERENCES = 50


def differences(is_now: dict[str, Any] | None, wanted: dict[str, Any], fickle: set[str]) -> list[dict[str, str]]:
    """Each thing in force that is not as it is wanted: where, and what it was and is ("": nothing)."""
    if is_now is None:
        return [{"where": f"table {FAMILY} {TABLE}", "was": "there", "is": ""}]
    found: list[dict[str, str]] = []
    for where in sorted({*is_now, *wanted}):
        before, after = wanted.get(where), is_now.get(where)
        if before is None or after is None:
            found.append({"where": where, "was": _shown(before or ""), "is": _shown(after or "")})
        elif isinstance(before, list):
            found += _changed_lines(where, [_line(one) for one in before], [_line(one) for one in after])
        else:
            kind, _, name = where.partition(" ")
            if {**before, "elem": 0} != {**after, "elem": 0}:
                was_about, is_about = ({**one, "elem": []} for one in (before, after))
                found.append({"where": where, "was": _shown(was_about), "is": _shown(is_about)})
            if not (kind == "set" and name in fickle):
                was, now = set(before["elem"]), set(after["elem"])
                found += [{"where": where, "was": _shown(one), "is": ""} for one in sorted(was - now)]
                found += [{"where": where, "was": "", "is": _shown(one)} for one in sorted(now - was)]
        if len(found) > MOST_DIFFERENCES:
            break
    return found[:MOST_DIFFERENCES]


def _line(one: Any) -> str:
    return json.dumps(one, sort_keys=True)


def _changed_lines(where: str, before: list[str], after: list[str]) -> Iterator[dict[str, str]]:
    if before == after:
        return
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, low, high, lower, higher in matcher.get_opcodes():
        if kind != "equal":
            for place in range(max(high - low, higher - lower)):
                was = before[low + place] if low + place < high else ""
                now = after[lower + place] if lower + place < higher else ""
                yield {"where": where, "was": _shown(was), "is": _shown(now)}


def _shown(value: Any) -> str:
    return shown(value if isinstance(value, str) else _line(value))
