"""Rules of Sigma for tests, short to write, and the events that they look at."""

from __future__ import annotations

import json
import uuid
from typing import Any

from limen.clock import SECOND
from limen.monitor.detections.rule_set import RuleSet, compile_rules
from limen.monitor.normal_form.event import NormalEvent

START = 1_767_261_600_000


def rule(selection: Any, **more: Any) -> dict[str, Any]:
    """A rule that finds what meets `selection`; `more` are other keys of it."""
    return {
        "title": "Made",
        "id": str(uuid.uuid4()),
        "logsource": {"product": "windows"},
        "detection": {"selection": selection, "condition": "selection"},
        **more,
    }


def correlation(kind: str, rules: list[str], timespan: str = "5m", **more: Any) -> dict[str, Any]:
    """A correlation; `more` are other keys of it, in Sigma's spelling with `_` for `-`."""
    keys = {key.replace("_", "-"): value for key, value in more.items()}
    return {
        "title": f"{kind} of {', '.join(rules)}",
        "id": str(uuid.uuid4()),
        "correlation": {"type": kind, "rules": rules, "timespan": timespan, **keys},
    }


def text_of(*rules: dict[str, Any]) -> str:
    """The file that holds them."""
    return "\n---\n".join(json.dumps(one, ensure_ascii=False) for one in rules)


def compiled(*rules: dict[str, Any]) -> RuleSet:
    """They, with nothing wrong with them."""
    rule_set = compile_rules({"made.yml": text_of(*rules)})
    assert rule_set.problems == ()
    return rule_set


def event(uid: str = "e1", at: float = 0, *, fields: dict[str, Any] | None = None, **columns: Any) -> NormalEvent:
    """An event of Windows, `at` in seconds."""
    when = START + int(at * SECOND)
    whole = {"source": "test", "product": "windows", "received_at": when, **columns}
    return NormalEvent(uid=uid, at=when, fields=fields or {}, **whole)


def is_found(selection: Any, said: NormalEvent) -> bool:
    """Does a rule with this selection find the event? With the prefilter and without, alike."""
    one = rule(selection)
    rule_set = compiled(one)
    found = bool(rule_set.hits(said))
    without = RuleSet(rule_set.rules, (), has_prefilter=False)
    assert bool(without.hits(said)) is found
    return found
