"""From what pySigma has parsed to a tree of our own. What can't be told exactly is refused, never guessed."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from limen.monitor.detections.event_view import folded, key_of
from limen.monitor.detections.regular_expressions import RegularError, compiled, literals_of
from limen.monitor.detections.tree import (
    EVERYTHING,
    And,
    Exists,
    How,
    Network,
    Node,
    Not,
    Number,
    Or,
    Order,
    Pattern,
    Same,
    Text,
)

ANY: Final = SpecialChars.WILDCARD_MULTI
_ORDERS: Final = {
    CompareOperators.LT: Order.LT,
    CompareOperators.LTE: Order.LTE,
    CompareOperators.GT: Order.GT,
    CompareOperators.GTE: Order.GTE,
    CompareOperators.NEQ: Order.NEQ,
}


class UnsupportedError(ValueError):
    """Sigma has it, and Limen can't tell it exactly."""


def node_of(parsed: Any) -> Node:
    """The tree of a condition. Raises UnsupportedError, with what it is that can't be had."""
    match parsed:
        case ConditionAND():
            return And(tuple(node_of(part) for part in parsed.args))
        case ConditionOR():
            return Or(tuple(node_of(part) for part in parsed.args))
        case ConditionNOT():
            return Not(node_of(parsed.args[0]))
        case ConditionFieldEqualsValueExpression():
            return _leaf(key_of(parsed.field), parsed.value)
        case ConditionValueExpression():
            return _keyword(parsed.value)
    raise UnsupportedError(f"a condition of the kind {type(parsed).__name__}")


def _leaf(field: str, value: Any) -> Node:  # noqa: PLR0911 -- one for each kind of value
    match value:
        case SigmaExpansion():
            return Or(tuple(_leaf(field, one) for one in value.values))
        case SigmaString():
            return _text(field, value)
        case SigmaTimestampPart():
            raise UnsupportedError("a part of a time (`|hour`, `|day`)")
        case SigmaNumber():
            return Text(field, How.EQUALS, str(value.number))
        case SigmaBool():
            return Text(field, How.EQUALS, "true" if value.boolean else "false")
        case SigmaRegularExpression():
            return _regular(field, value)
        case SigmaNull():
            return Exists(field, False)
        case SigmaExists():
            return Exists(field, bool(value))
        case SigmaCIDRExpression():
            return Network(field, str(ipaddress.ip_network(value.cidr)))
        case SigmaCompareExpression():
            return Number(field, _ORDERS[value.op], float(value.number.number))
        case SigmaFieldReference():
            return Same(
                field, _how(is_open_before=value.ends_with, is_open_after=value.starts_with), key_of(value.field)
            )
    raise UnsupportedError(f"a value of the kind {type(value).__name__}")


def _keyword(value: Any) -> Node:
    """It may stand anywhere in the event, within anything."""
    match value:
        case SigmaExpansion():
            return Or(tuple(_keyword(one) for one in value.values))
        case SigmaNumber():
            return Text(EVERYTHING, How.CONTAINS, str(value.number))
        case SigmaRegularExpression():
            return _regular(EVERYTHING, value)
        case SigmaString():
            if not any(isinstance(part, str) for part in value.s):
                raise UnsupportedError("a keyword of wildcards alone")
            inner = [part for index, part in enumerate(value.s) if part is not ANY or 0 < index < len(value.s) - 1]
            around = type(value)()
            around.s = [ANY, *inner, ANY]
            return _text(EVERYTHING, around)
    raise UnsupportedError(f"a keyword of the kind {type(value).__name__}")


def _text(field: str, value: SigmaString) -> Node:
    parts = list(value.s)
    if any(isinstance(part, Placeholder) for part in parts):
        raise UnsupportedError("a placeholder (`|expand`)")
    is_cased = isinstance(value, SigmaCasedString)
    words = [part if is_cased else folded(part) for part in parts if isinstance(part, str)]
    if all(part is ANY for part in parts) and parts:
        return Exists(field, True)
    first, last = bool(parts) and parts[0] is ANY, bool(parts) and parts[-1] is ANY
    if len(words) <= 1 and len(parts) == len(words) + first + last:
        return Text(field, _how(is_open_before=first, is_open_after=last), "".join(words), is_cased)
    # A keyword stands within one value; between any two there is a NUL.
    one = r"[^\x00]" if field == EVERYTHING else "."
    shape = "".join(
        re.escape(part if is_cased else folded(part)) if isinstance(part, str) else (f"{one}*" if part is ANY else one)
        for part in parts
    )
    # A text with a NUL in it can't be written into a pattern of RE2 as it is.
    pattern = (f"(?s){shape}" if field == EVERYTHING else rf"(?s)\A{shape}\z").replace("\0", r"\x00")
    literals = (folded(max(words, key=len)),) if words else ()
    return _checked(Pattern(field, pattern, is_cased, literals))


def _how(*, is_open_before: bool, is_open_after: bool) -> How:
    if is_open_before:
        return How.CONTAINS if is_open_after else How.ENDS
    return How.STARTS if is_open_after else How.EQUALS


def _regular(field: str, value: SigmaRegularExpression) -> Node:
    if value.regexp.contains_placeholder():
        raise UnsupportedError("a placeholder (`|expand`)")
    flags = "".join(sorted(value.sigma_to_re_flag[flag] for flag in value.flags))
    pattern = value.regexp.to_plain_regex()
    return _checked(Pattern(field, f"(?{flags}){pattern}" if flags else pattern, literals=literals_of(pattern)))


def _checked(node: Pattern) -> Pattern:
    try:
        compiled(node.pattern)
    except RegularError as error:
        raise UnsupportedError(str(error)) from None
    return node
