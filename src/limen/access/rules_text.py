"""`access.yaml` with one more rule, or without an app or a group that is removed: all else stays as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, Final

from limen.errors import LimenError
from limen.facts.access_rules import FILE

_WIDEST: Final = 4_096
"""Letters in a line before it is broken: never, so that lines which did not change stay as they are."""
_FIRST: Final = "change that first"
_BY_HAND: Final = f"add the rule to {FILE} by hand"


def without(text: str, kind: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The text without this ("app" or "group"), and what becomes of each rule that names it, a sentence each.

    A rule that is about it alone, or lets nobody else ask, goes. Raises LimenError where nobody could approve any more
    by one, or the text can't be read.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    writer: Any = YAML()
    writer.width, writer.preserve_quotes = _WIDEST, True
    writer.indent(mapping=2, sequence=4, offset=2)
    try:
        whole = writer.load(text)
    except YAMLError:
        raise LimenError(f"{FILE} can't be read", "run `limen check`") from None
    rules = whole.get("rules") if isinstance(whole, dict) else None
    said = list(_without_in(rules, kind, name)) if isinstance(rules, list) else []
    reviews = whole.get("reviews") if isinstance(whole, dict) else None
    said += _reviews_without(reviews, kind, name) if isinstance(reviews, list) else []
    if not said:
        return text, ()
    written = StringIO()
    writer.dump(whole, written)
    return written.getvalue(), tuple(said)


def with_rule(text: str, rule: Mapping[str, Any]) -> str:
    """The text with this rule after all others, and not a letter of it changed. Its values are names, lengths, numbers,
    flags, and lists and mappings of them. Raises LimenError where the text can't be read, or has no place for it.
    """
    whole = _composed(text)
    if whole is None or not any(key.value == "rules" for key, _ in whole.value):
        before = text.rstrip("\n")
        return f"{before}\n\nrules:\n{_lines(rule, 2)}\n" if before else f"rules:\n{_lines(rule, 2)}\n"
    rules = next(value for key, value in whole.value if key.value == "rules")
    if type(rules).__name__ != "SequenceNode" or rules.flow_style:
        if rules.value not in ([], "", "null", "~"):
            raise LimenError(f"the rules of {FILE} are written in a way that none can be added to", _BY_HAND)
        return f"{text[: rules.start_mark.index].rstrip(' ')}\n{_lines(rule, 2)}{text[rules.end_mark.index :]}"
    end = _last_letter(rules)
    return (
        f"{text[:end]}{_rest_of_line(text, end)}\n\n{_lines(rule, rules.start_mark.column)}"
        + text[end + len(_rest_of_line(text, end)) :]
    )


def _composed(text: str) -> Any:
    """The mapping that the text is, with the place of each of its parts; None where it says nothing."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy, and only this needs it
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    reader: Any = YAML(typ="safe", pure=True)
    try:
        whole = reader.compose(text)
    except YAMLError:
        raise LimenError(f"{FILE} can't be read", "run `limen check`") from None
    if whole is not None and type(whole).__name__ != "MappingNode":
        raise LimenError(f"{FILE} is written in a way that no rule can be added to", _BY_HAND)
    return whole


def _last_letter(node: Any) -> int:
    """Where what it says ends: a block's own end lies behind the comments that follow it."""
    if type(node).__name__ == "ScalarNode" or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_letter(last[1] if isinstance(last, tuple) else last)


def _rest_of_line(text: str, at: int) -> str:
    """What stands behind this on its line: spaces, and a comment."""
    return text[at:].split("\n", 1)[0]


def _lines(rule: Mapping[str, Any], column: int) -> str:
    """The rule as an item of a list that begins at this column."""
    said = [f"{key}: {_said(value)}" for key, value in rule.items()]
    return "\n".join(f"{' ' * column}{'  ' if place else '- '}{one}" for place, one in enumerate(said))


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_said(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_said(one) for one in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without_in(rules: list[Any], kind: str, name: str) -> Iterator[str]:
    for at in range(len(rules) - 1, -1, -1):
        rule = rules[at]
        if not isinstance(rule, dict):
            continue
        called = f"the rule {rule.get('name', at + 1)} of {FILE}"
        was_named, is_over = _taken_out(rule, kind, name, called)
        if is_over:
            del rules[at]
            yield f"{called} is removed: it is about nothing else"
        elif was_named:
            yield f"{called} is then about the others that it names"


def _reviews_without(reviews: list[Any], kind: str, name: str) -> Iterator[str]:
    """As for rules: a review that is about it alone goes."""
    keys = ("apps",) if kind == "app" else ("owners", "groups")
    for at in range(len(reviews) - 1, -1, -1):
        review = reviews[at]
        if not isinstance(review, dict):
            continue
        called = f"the review {review.get('name', at + 1)} of {FILE}"
        named = [key for key in keys if _drop(review.get(key), name)]
        emptied = [key for key in named if not review[key]]
        for key in emptied:
            del review[key]
        is_wide = not any(review.get(key) for key in ("apps", "labels", "owners")) and "groups" not in emptied
        if emptied and ("groups" in emptied or is_wide):
            del reviews[at]
            yield f"{called} is removed: it is about nothing else"
            continue
        if kind == "group":
            escalate = review.get("escalate")
            some = [review.get("reviewers"), escalate.get("to") if isinstance(escalate, dict) else None]
            named += ["by" for one in some if isinstance(one, dict) and _left_by(one, name, called)]
        if named:
            yield f"{called} is then about the others that it names"


def _taken_out(rule: dict[str, Any], kind: str, name: str, called: str) -> tuple[bool, bool]:
    """Whether the rule named it, and whether nothing is left of the rule without it."""
    keys = ("apps",) if kind == "app" else ("owners", "ask")
    named = [key for key in keys if _drop(rule.get(key), name)]
    for key in named:
        if not rule[key]:
            del rule[key]
    was_about_it = "apps" in named or "owners" in named
    is_about_nothing = was_about_it and not any(rule.get(key) for key in ("apps", "labels", "owners"))
    is_over = is_about_nothing or ("ask" in named and "ask" not in rule)
    if kind == "group" and not is_over:
        named += ["approve" for one in _approvers(rule) if _left_by(one, name, called)]
    return bool(named), is_over


def _approvers(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    approve, escalate = rule.get("approve"), rule.get("escalate")
    some = [*(approve if isinstance(approve, list) else [approve])]
    some.append(escalate.get("to") if isinstance(escalate, dict) else None)
    yield from (one for one in some if isinstance(one, dict))


def _left_by(approvers: dict[str, Any], name: str, called: str) -> bool:
    if not _drop(approvers.get("groups"), name):
        return False
    if not (approvers["groups"] or approvers.get("people") or approvers.get("owner")):
        raise LimenError(f"nobody else could approve by {called}", _FIRST)
    if not approvers["groups"]:
        del approvers["groups"]
    return True


def _drop(names: Any, name: str) -> bool:
    """Take a name out of a list; False where it is not in it."""
    if not isinstance(names, list) or name not in names:
        return False
    while name in names:
        names.remove(name)
    return True
