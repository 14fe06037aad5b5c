"""Decides: schema, request, engine, reasons, remedies. Pure: no clock, no IO.

`Engine(tree, revision, zone).decide(request, facts, now) → Decision` is all that a door needs.
"""

from __future__ import annotations

from limen.policy.annotations import Phase, State
from limen.policy.decision import Decision, Effect, Named, Reason, Remedy, Request
from limen.policy.engine import Engine, PolicyError

__all__ = ["Decision", "Effect", "Engine", "Named", "Phase", "PolicyError", "Reason", "Remedy", "Request", "State"]
