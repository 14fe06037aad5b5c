"""`access.yaml` with one more rule, or without an app or a group that is removed: all else stays as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, Final

from limen.configuration.list_text import with_item
from limen.errors import LimenError
from limen.facts.access_rules import FILE

_WIDEST: Final = 4_096
"""Letters in a line before it is broken: never, so that lines which did not change stay as they are."""
_FIRST: Final = "change that first"


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
    said += _flows_without(whole, kind, name) if isinstance(whole, dict) else []
    if not said:
        return text, ()
    written = StringIO()
    writer.dump(whole, written)
    return written.getvalue(), tuple(said)


def with_rule(text: str, rule: Mapping[str, Any]) -> str:
    """The text with this rule after all others, and not a letter of it changed. Raises LimenError where the text can't
    be read, or has no place for it.
    """
    return with_item(text, FILE, "rules", rule)


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


def _flows_without(whole: dict[str, Any], kind: str, name: str) -> Iterator[str]:
    """Where nobody else may ask for flows, the section goes."""
    flows = whole.get("flows")
    if kind != "group" or not isinstance(flows, dict):
        return
    called = f"the section flows of {FILE}"
    is_left = _left_by(flows["approve"], name, called) if isinstance(flows.get("approve"), dict) else False
    escalate = flows.get("escalate")
    if isinstance(escalate, dict) and isinstance(escalate.get("to"), dict):
        is_left = _left_by(escalate["to"], name, called) or is_left
    if _drop(flows.get("ask"), name):
        is_left = True
        if not flows["ask"]:
            del whole["flows"]
            yield f"{called} is removed: nobody else may ask by it"
            return
    if is_left:
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
