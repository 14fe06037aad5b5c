"""What a healthy device is, as a form over `devices.yaml`: what would change is shown before anything is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.configuration.lengths import length_text
from limen.devices.devices_file import BOUNDS, FILE
from limen.devices.model import State
from limen.devices.rules_text import with_values
from limen.devices.service import Devices
from limen.devices.steps import TITLES
from limen.errors import LimenError
from limen.facts import CHECKS
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/devices/rules"
PAGES: Final = (
    Page(AT, "What a healthy device is", SEE_PEOPLE, hint="devices.yaml, checks, severity, grace, compliance"),
    Route("POST", AT, CHANGE, does="Change what a healthy device is: see what would change"),
)
NOT_ASKED: Final = "no"
SEVERITIES: Final = {
    NOT_ASKED: "is not asked for",
    Severity.REPORT: "is only reported",
    Severity.WARN: "counts when its grace is over",
    Severity.RESTRICT: "counts at once",
    Severity.BLOCK: "counts at once, and ends what is signed in there",
}
"""What a form offers, and how people read it."""
BOUND_WORDS: Final = {
    "within_days": "At most so many days",
    "within_minutes": "At most so many minutes",
    "at_most": "At most so many",
}
_LONGEST: Final = 20


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)
    devices = site.ports.offers.take(Devices)

    @router.get(AT)
    async def show(visit: Authorized) -> Response:
        return _page(site, visit, devices)

    @router.post(AT)
    async def change(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        try:
            company = await changes.unchanged_since(sent)
            values, checks = said_by(sent, site.known.device_rules)
            text = with_values(company.files.get(FILE, ""), values, checks)
            if not values and not any(checks.values()):
                return site.go(visit, AT, done="same")
            return await changes.begin(visit, "Change what a healthy device is", {FILE: text}, AT, company)
        except LimenError as wrong:
            return _page(site, visit, devices, problem_of(wrong))

    return router


def said_by(
    sent: Mapping[str, Sequence[str]], rules: DeviceRules
) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """What of a form is other than in `rules`: of the file's own values, and of each check's; None takes one out."""
    values: dict[str, object] = {}
    for name, now in _lengths(rules).items():
        if (typed := one(sent, name)[:_LONGEST]) and typed != now:
            values[name] = typed
    if (one(sent, "enrol_by_owner") == "yes") is not rules.enrol_by_owner:
        values["enrol_by_owner"] = not rules.enrol_by_owner
    if (day := one(sent, "report_only_until")[:_LONGEST]) != rules.report_only_day:
        values["report_only_until"] = day or None
    return values, {check: _said_of(sent, check, rules.requirements.get(check)) for check in CHECKS}


def _said_of(sent: Mapping[str, Sequence[str]], check: str, now: Requirement | None) -> dict[str, object]:
    severity = one(sent, f"{check}.severity")
    if severity not in SEVERITIES:
        return {}
    if severity == NOT_ASKED:
        return {} if now is None else {"asked": False}
    usual, said = now or BASELINE.get(check, Requirement(Severity.WARN)), dict[str, object]()
    if now is None:
        said["asked"] = None
    if now is None or severity != now.severity:
        said["severity"] = severity
    grace = one(sent, f"{check}.grace")[:_LONGEST]
    if severity == Severity.REPORT:
        said |= {"grace": None} if "severity" in said else {}  # what is only reported has none
    elif grace and grace != length_text(usual.grace_ms):
        said["grace"] = grace
    for bound, checks in BOUNDS.items():
        typed = one(sent, f"{check}.{bound}")[:_LONGEST]
        if check in checks and typed and typed != str(getattr(usual, bound)):
            said[bound] = int(typed) if typed.isascii() and typed.isdigit() else typed
    return said


def _lengths(rules: DeviceRules) -> dict[str, str]:
    return {
        "report_within": length_text(rules.report_within_ms),
        "report_every": length_text(rules.report_every_s * 1_000),
    }


def _page(site: Site, visit: SignedInVisit, devices: Devices, problem: LimenError | None = None) -> Response:
    rules = site.known.device_rules
    failing, active = _failing(devices)
    return site.page(
        "console/device_rules.html",
        visit,
        status=400 if problem else 200,
        current="/console/devices",
        rules=rules,
        lengths=_lengths(rules),
        checks=[(check, rules.requirements.get(check), BASELINE.get(check)) for check in CHECKS],
        bounds={check: [bound for bound, of in BOUNDS.items() if check in of] for check in CHECKS},
        bound_words=BOUND_WORDS,
        severities=SEVERITIES,
        length_text=length_text,
        titles=TITLES,
        failing=failing,
        active=active,
        problem=problem,
    )


def _failing(devices: Devices) -> tuple[Counter[str], int]:
    """How many devices in use don't pass each check that is asked for, and how many there are."""
    active = [one.id for one in devices.all() if one.state is State.ACTIVE]
    health = [found for one in active if (found := devices.health(one)) is not None]
    return Counter(one.check for found in health for one in found.not_good), len(active)
