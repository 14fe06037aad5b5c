"""The report as OSCAL 1.1.3 assessment results (NIST, JSON): a result for each phase, a finding for each control.

It ends in the middle: its last line, which closes it, is its signature (`signing.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid5

from limen.clock import DAY, SECOND, Instant, to_iso
from limen.printable import visible
from limen.roadmap.model import Grade
from limen.roadmap.report import texts
from limen.roadmap.report.model import Answer, Line, PhasePage, Report

VERSION: Final = "1.1.3"
NAMESPACE: Final = "https://limen.example/ns/oscal"
"""Of the properties that are Limen's own; it is a name, and nothing is there."""
_IDS: Final = UUID("6f0f0c52-2a4e-5b0e-9b8e-5d2c9a3e7f11")
_METHODS: Final = {Grade.ATTESTED: "INTERVIEW", Grade.IMPORTED: "EXAMINE", Grade.UNKNOWN: "UNKNOWN"}
"""How OSCAL calls it; all else is tested."""
_CLOSED: Final = re.compile(r"\s*\]\s*\}\s*\}\s*\}\s*\Z")
"""Where the list of resources ends, and with it everything: one more resource follows."""


def as_oscal(report: Report) -> bytes:
    """All but the last line, which the signature is."""
    made = _Made(report)
    text = json.dumps({"assessment-results": made.results()}, ensure_ascii=False, indent=1)
    return _CLOSED.sub("\n", text).encode()


class _Made:
    """One report; its ids are the same whenever it is written again."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._base = uuid5(_IDS, f"{report.company}|{report.at}|{report.revision}|{report.has_names}")

    def results(self) -> dict[str, Any]:
        report, plan = self._report, self._id("plan")
        return {
            "uuid": str(self._base),
            "metadata": {
                "title": _line(report.title),
                "last-modified": _time(report.at),
                "version": report.day.isoformat(),
                "oscal-version": VERSION,
                "props": [
                    _prop("company", report.company),
                    _prop("revision", report.revision or "none"),
                    _prop("names-of-people", "included" if report.has_names else "left-out"),
                    *(_prop("journal-checkpoint", one.checkpoint) for one in report.heads),
                ],
                "remarks": f"{texts.ANSWERS}\n\n{texts.GRADES}\n\n{texts.HOW_TO_VERIFY}",
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [self._result(one) for one in report.pages],
            "back-matter": {
                "resources": [
                    {"uuid": plan, "title": "Limen's roadmap", "description": "Four phases of controls, each a figure."}
                ]
            },
        }

    def _result(self, page: PhasePage) -> dict[str, Any]:
        name, at = f"phase-{int(page.phase)}", self._report.at
        chosen = [{"control-id": one.id} for one in page.lines]
        made: dict[str, Any] = {
            "uuid": self._id(name),
            "title": _line(f"{int(page.phase)}. {page.title}"),
            "description": f"The phase is {'closed' if page.is_closed else 'open'}.",
            "start": _time(at - 30 * DAY),
            "end": _time(at),
            "reviewed-controls": {
                "control-selections": [{"include-controls": chosen} if chosen else {"include-all": {}}]
            },
        }
        if page.lines:
            made["observations"] = [self._observation(one) for one in page.lines]
            made["findings"] = [self._finding(one) for one in page.lines]
        return made

    def _observation(self, line: Line) -> dict[str, Any]:
        props = [
            _prop("figure", line.figure),
            *([_prop("journaled", line.journaled)] if line.journaled else []),
            _prop("grade", line.grade.word),
            _prop("held-days", str(line.held.days)),
            *([_prop("held-since", line.held.since.isoformat())] if line.held.since else []),
            *([_prop("held-until", line.held.until.isoformat())] if line.held.until else []),
        ]
        return {
            "uuid": self._id(f"observation-{line.id}"),
            "title": _line(f"{line.id} {line.title}"),
            "description": "\n".join(_lines(line, self._report)) or "Nothing is missing.",
            "props": props,
            "methods": [_METHODS.get(line.grade, "TEST")],
            "collected": _time(self._report.at),
        }

    def _finding(self, line: Line) -> dict[str, Any]:
        is_yes = line.answer is Answer.YES
        status = {"state": "satisfied" if is_yes else "not-satisfied", "reason": "pass" if is_yes else "fail"}
        return {
            "uuid": self._id(f"finding-{line.id}"),
            "title": _line(f"{line.id} {line.title}"),
            "description": f"{line.demands} {line.closes}",
            "props": [_prop("answer", line.answer.value), _prop("is-must", "yes" if line.is_must else "no")],
            "target": {"type": "objective-id", "target-id": line.id, "status": status},
            "related-observations": [{"observation-uuid": self._id(f"observation-{line.id}")}],
        }

    def _id(self, name: str) -> str:
        return str(uuid5(self._base, name))


def _lines(line: Line, report: Report) -> Iterator[str]:
    yield f"{line.counts}: {line.figure}."
    yield from (visible(one) for one in texts.details(line, report.zone))


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": _line(value)}


def _line(text: str) -> str:
    """One line without spaces around it, as OSCAL wants titles and values; a dash for nothing."""
    return " ".join(visible(text).split()) or "-"


def _time(at: Instant) -> str:
    return to_iso(at - at % SECOND)
