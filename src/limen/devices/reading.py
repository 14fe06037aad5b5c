"""A report's claims as a report. Whatever is wrong about any part of it refuses all of it, with what it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from limen.clock import SECOND, Instant
from limen.devices import observed, wire
from limen.devices.model import Check, CheckState, Platform, Reason, Report, Why
from limen.facts import CHECKS
from limen.printable import is_printable

MOST_CHECKS: Final = 64
LONGEST_EVIDENCE: Final = 300
FARTHEST_SEQ: Final = 1 << 53
OF_SOURCES: Final = frozenset({"management"})
"""Checks that no agent can say: what it writes of them counts for nothing."""
_KEYS: Final = frozenset({"id", "state", "at", "observed", "reason", "evidence"})

Word = TypeVar("Word", bound=StrEnum)


def report_of(claims: Mapping[str, Any]) -> Report:
    """Raises RefusedError, which names the first thing that does not fit."""
    seq = claims.get("seq")
    if type(seq) is not int or not 0 < seq < FARTHEST_SEQ:
        raise wire.malformed("seq is no whole number from 1")
    raw = claims.get("checks")
    if not isinstance(raw, list) or len(raw) > MOST_CHECKS:
        raise wire.malformed(f"checks is no list of at most {MOST_CHECKS}")
    checks: dict[str, Check] = {}
    for one in raw:
        check = _check(one)
        if check.id in checks:
            raise wire.malformed(f"the check {check.id} is there twice")
        checks[check.id] = check
    return Report(
        seq=seq,
        prev=wire.decoded(wire.text(claims, "prev", 64), 32),
        boot=wire.text(claims, "boot", 64),
        agent=wire.text(claims, "agent", 40),
        why=_word(Why, claims, "why"),
        name=wire.text(claims, "name", 80),
        platform=_word(Platform, claims, "platform"),
        checks={name: check for name, check in checks.items() if name in CHECKS and name not in OF_SOURCES},
    )


def checks_of(written: str) -> dict[str, Check]:
    """Checks as `model.checks_to_json` wrote them."""
    return {one["id"]: _kept(one) for one in msgspec.json.decode(written)}


def _kept(raw: dict[str, Any]) -> Check:
    return Check(
        id=raw["id"],
        state=CheckState(raw["state"]),
        at=raw["at"],
        observed=observed.read(raw["id"], raw["observed"]) if "observed" in raw else None,
        reason=Reason(raw["reason"]) if "reason" in raw else None,
        evidence=raw["evidence"],
    )


def _check(raw: object) -> Check:
    if not isinstance(raw, dict) or not set(raw) <= _KEYS:
        raise wire.malformed("a check has something that none has")
    name, state = wire.text(raw, "id", 40), _word(CheckState, raw, "state")
    evidence = raw.get("evidence", "")
    if not isinstance(evidence, str) or len(evidence) > LONGEST_EVIDENCE or not is_printable(evidence):
        raise wire.malformed(f"the evidence of {name} is no text of at most {LONGEST_EVIDENCE} characters")
    if (state is CheckState.OBSERVED) is not ("observed" in raw):
        raise wire.malformed(f"the check {name} has to tell what was observed, or that nothing was")
    if (state is CheckState.UNKNOWN) is not ("reason" in raw):
        raise wire.malformed(f"the check {name} has to tell why it is unknown")
    return Check(
        id=name,
        state=state,
        at=_instant(raw, name),
        observed=_observed(name, raw["observed"]) if state is CheckState.OBSERVED and name in CHECKS else None,
        reason=_word(Reason, raw, "reason") if state is CheckState.UNKNOWN else None,
        evidence=evidence,
    )


def _observed(name: str, raw: object) -> observed.Observed:
    try:
        return observed.read(name, raw)
    except msgspec.ValidationError as error:
        raise wire.malformed(f"what was observed of {name} can't be read: {error}") from None


def _instant(raw: Mapping[str, Any], name: str) -> Instant:
    at = raw.get("at")
    if type(at) is not int or not 0 <= at < 1 << 40:
        raise wire.malformed(f"the check {name} does not tell when it was looked at")
    return at * SECOND


def _word(words: type[Word], raw: Mapping[str, Any], name: str) -> Word:
    try:
        return words(str(raw.get(name)))
    except ValueError:
        raise wire.malformed(f"{name} is none of {', '.join(words)}") from None
