"""A decision in a file: revision, facts, request and now, so that anyone can compute it again anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from limen.cedar import CedarError
from limen.clock import Instant
from limen.facts import Facts
from limen.facts.facts_json import facts_from_json, facts_to_json
from limen.policy.decision import Decision, Request
from limen.policy.engine import Engine, PolicyError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the file says was answered, and what its policies answer to the same question now."""

    engine: Engine
    decision: Decision
    effect: str
    reasons: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        now = tuple(sorted(reason.policy for reason in self.decision.reasons))
        return self.decision.effect == self.effect and now == tuple(sorted(self.reasons))


def write_decision(engine: Engine, request: Request, facts: Facts, now: Instant) -> dict[str, Any]:
    """The decision file: plain JSON, complete, and without anybody's name."""
    decision = engine.decide(request, facts, now)
    return {
        "limen_decision": FORMAT,
        "revision": engine.revision,
        "time_zone": str(engine.zone),
        "policies": engine.tree["staticPolicies"],
        "request": msgspec.to_builtins(request),
        "facts": facts_to_json(facts),
        "now": now,
        "answer": {"effect": str(decision.effect), "reasons": [reason.policy for reason in decision.reasons]},
    }


def replay(body: object) -> Replayed:
    """Decide again what a decision file holds. Raises ValueError when it is none."""
    if not isinstance(body, dict) or body.get("limen_decision") != FORMAT:
        raise ValueError("this is not a decision file")
    try:
        engine = Engine(
            {"templates": {}, "staticPolicies": body["policies"], "templateLinks": []},
            str(body["revision"]),
            ZoneInfo(body["time_zone"]),
        )
        request = msgspec.convert(body["request"], Request)
        now = msgspec.convert(body["now"], int)
        answer = msgspec.convert(body["answer"], dict[str, Any])
        reasons = msgspec.convert(answer["reasons"], tuple[str, ...])
        effect = msgspec.convert(answer["effect"], str)
        facts = facts_from_json(body["facts"])
    except (KeyError, TypeError, ValueError, OSError, PolicyError, CedarError, msgspec.ValidationError) as error:
        raise ValueError(f"this decision file can't be read: {error}") from None
    decision = engine.decide(request, facts, now)
    return Replayed(engine, decision, effect, reasons)
