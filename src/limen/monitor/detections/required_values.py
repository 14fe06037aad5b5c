"""What must be in an event for a rule to be met: the few things that are looked for before any rule is looked at.

Of what a rule needs, the rarest is taken, since each event that has it costs a look at the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from limen.monitor.detections.event_view import folded
from limen.monitor.detections.tree import And, Exists, How, Network, Node, Number, Or, Pattern, Same, Text

SHORTEST: Final = 3
"""A shorter text is in too many events to be looked for."""
LONGEST: Final = 200
"""So much of a text is looked for, in characters."""
_COMMON: Final = (
    r"c:\windows\system32\ \syswow64\ c:\program files (x86)\ c:\users\ \appdata\local\temp\ \microsoft\ .exe .dll .com"
    " cmd.exe /c powershell.exe -command svchost.exe explorer.exe http://www. https:// /usr/bin/ /bin/sh /etc/ /tmp/"
    " localhost windows system microsoft corporation nt authority software hklm currentversion true false success"
)
"""What stands in most events; any part of it is common."""


class RequiredValue(msgspec.Struct, frozen=True, gc=False):
    """Something in one field that must be so. `how` None: the field says something, whatever it is."""

    field: str
    how: How | None = None
    text: str = ""


def required_values(node: Node) -> frozenset[RequiredValue]:
    """Of these at least one is in every event that is as `node` asks. Empty: nothing can be promised."""
    match node:
        case And():
            each = [found for found in map(required_values, node.parts) if found]
            return min(each, key=_rate, default=frozenset())
        case Or():
            each = [required_values(part) for part in node.parts]
            return frozenset().union(*each) if all(each) else frozenset()
        case Text():
            if node.how is How.EQUALS and not node.text:
                return frozenset()
            return frozenset({_of_text(node.field, node.how, folded(node.text) if node.is_cased else node.text)})
        case Pattern() if node.literals:
            return frozenset(_of_text(node.field, How.CONTAINS, literal) for literal in node.literals)
        case Pattern() | Network() | Number() | Same():
            return frozenset({RequiredValue(node.field)})
        case Exists(is_there=True):
            return frozenset({RequiredValue(node.field)})
        case _:
            return frozenset()


def _of_text(field: str, how: How, text: str) -> RequiredValue:
    if how is How.EQUALS:
        return RequiredValue(field, how, text)
    cut = text[-LONGEST:] if how is How.ENDS else text[:LONGEST]
    return RequiredValue(field, how, cut) if len(cut) >= SHORTEST else RequiredValue(field)


def _rate(those: Iterable[RequiredValue]) -> float:
    """In about what part of events one of them is."""
    return sum(map(_part, those))


def _part(needed: RequiredValue) -> float:
    if needed.how is None:
        return 0.5
    if needed.how is How.EQUALS:
        return 0.02 if len(needed.text) < 8 else 0.004
    if needed.text.strip() in _COMMON:
        return 0.2
    if needed.how is How.ENDS and needed.text[0] in "\\/":
        return 0.02  # the name of a program or file, which is as often there as the program is started
    return 0.25 ** min(len(needed.text), 8)
