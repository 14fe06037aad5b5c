"""The status as lines for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from limen_agent.cli.start import START
from limen_agent.cli.what_is_read import NEVER_READ, READ
from limen_agent.collectors.check import CHECKS
from limen_agent.printable import one_line
from limen_agent.state.enrolment import Enrolment
from limen_agent.state.record import Record

_KEYS: Final = {
    ("tpm", "tpm"): "in this machine's TPM; Limen verified it, and nobody can copy it",
    ("tpm", "file"): "in this machine's TPM; Limen could not verify that, and counts it as one in a file",
    ("file", "file"): "in a file that only root may read; whoever becomes root on this machine can copy it",
}
_VERDICTS: Final = {
    "pass": "good",
    "fail": "fix this",
    "unknown": "not known",
    "not_applicable": "does not apply",
    "not_asked": "not asked",
}
_COMPLIANCE: Final = {"compliant": "compliant", "non_compliant": "not compliant"}
_BEGINS: Final = {
    "report": "is only noted",
    "warn": "makes this device not healthy",
    "restrict": "limits what you can open",
    "block": "blocks what you can open",
}
_IN: Final = " " * 20


def shown(enrolment: Enrolment, record: Record, now: float | None = None) -> Iterator[str]:
    now = time.time() if now is None else now
    key = _KEYS.get((enrolment.key_kind, enrolment.key_storage), _KEYS["file", "file"])
    yield f"This is {enrolment.company}'s device {enrolment.device}, of {enrolment.owner}."
    yield f"Limen            {enrolment.address}"
    yield f"Key              {key}"
    yield f"Last report      {_ago(record.reported_at, now)}" + (f", number {record.seq}" if record.seq else "")
    if not record.reported_at and not record.ended:
        yield from (f"{'':<17}{line}" for line in ("Does the service run? To have it run:", *START))
    if record.ended:
        yield f"Ended            {record.problem or record.ended}"
        yield from ([f"{'':<17}{record.fix}"] if record.fix else [])
    elif record.problem:
        yield f"Problem          {record.problem}"
        yield from ([f"{'':<17}{record.fix}"] if record.fix else [])
    if record.next_at and not record.ended:
        yield f"Next report      {_ahead(record.next_at, now)}"
    if compliance := _COMPLIANCE.get(str(record.answer.get("compliance"))):
        judged = f"{compliance}, as judged {_ago(record.reported_at, now)}"
    else:
        judged = "not judged yet"
    yield from [] if record.ended else [f"This device is   {judged}"]
    yield ""
    yield from _checks(record, now)
    yield "The agent reads"
    yield from (f"  - {line}" for line in READ)
    yield "and never"
    yield from (f"  - {line}" for line in NEVER_READ)


def _checks(record: Record, now: float) -> Iterator[str]:
    seen = {str(one.get("id")): one for one in record.checks}
    judged = {str(one.get("id")): one for one in _dicts(record.answer.get("checks"))}
    for id_ in [*CHECKS, *sorted(judged.keys() - set(CHECKS))]:
        if id_ in seen or id_ in judged:
            yield from _check(one_line(id_, 40), seen.get(id_, {}), judged.get(id_, {}), now)
            yield ""


def _check(id_: str, seen: dict[str, Any], judged: dict[str, Any], now: float) -> Iterator[str]:
    verdict = _VERDICTS.get(str(judged.get("verdict")), "not judged")
    yield f"{id_:<18}  {verdict}" + (f": {_text(judged['sentence'])}" if judged.get("sentence") else "")
    what = _text(seen.get("evidence")) or _text(seen.get("state")) or "nothing"
    yield f"{_IN}seen {_ago(seen.get('at', 0), now)}: {what}"
    if judged.get("verdict") not in {"fail", "unknown"}:
        return
    steps = judged.get("steps")
    for number, step in enumerate(steps[:20] if isinstance(steps, list) else [], 1):
        yield f"{_IN}{number}. {_text(step)}"
    if type(minutes := judged.get("minutes")) is int and minutes > 0:
        yield f"{_IN}about {minutes} {'minute' if minutes == 1 else 'minutes'}"
    if effect := _BEGINS.get(str(judged.get("severity"))):
        deadline = judged.get("deadline")
        when = f"from {_day(deadline)} on it" if type(deadline) is int and deadline > now else "it"
        yield f"{_IN}{when} {effect}"


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _day(at: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return "a day to come"


def _ago(at: object, now: float) -> str:
    if type(at) is not int or at <= 0:
        return "never"
    return f"{_span(now - at)} ago" if now - at >= 5 else "just now"


def _ahead(at: int, now: float) -> str:
    return f"in {_span(at - now)}" if at > now else "due; is the service running? systemctl status limen-agent"


def _span(seconds: float) -> str:
    for name, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}s"
    return f"{max(0, seconds):.0f} seconds"
