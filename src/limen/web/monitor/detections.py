"""Detections: which rules watch, what each says of itself, and the company's own as text with what they would find."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import FolderError
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.monitor.alerts import words
from limen.monitor.detections.company_rules import DETECTIONS
from limen.monitor.detections.rule import About
from limen.monitor.link import RulesRead
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.sources.service import LogSources
from limen.web.console.changes import Changes
from limen.web.monitor.alerts import LEVELS, company_texts
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/detections"
FILE: Final = f"{AT}/file"
_ICON: Final = "M4 12h4l2-6 4 12 2-6h4"
PAGES: Final = (
    Page(AT, "Detections", READ, Menu("Watch", 35, _ICON), hint="rules, Sigma, MITRE"),
    Route("GET", f"{AT}/rules/{{rule_id}}", READ),
    Route("GET", FILE, CHANGE),
    Route("POST", FILE, CHANGE, does="Change a file of detections"),
)
MOST_TEXT: Final = 16_000
"""Characters of a file that is changed here; a longer one is changed in the company folder."""
NEW: Final = """title: Payroll exported at night
id: {id}
logsource: {{source: payroll}}
detection:
  selection: {{operation: export}}
  condition: selection
level: high
custom:
  limen:
    confidence: 70
    entity: person
    sentence: "{{who}} exported {{object}}"
  tests:
    positive:
    - {{operation: export, user: jane}}
    negative:
    - {{operation: view, user: jane}}
"""
_MEASURED: Final = "Measured"
_COMPANY: Final = "Your own"
_NAMES: Final = {"limen": "Limen", "aws": "AWS", "github": "GitHub", "microsoft365": "Microsoft 365", "okta": "Okta"}
_FILE: Final = re.compile(rf"{DETECTIONS.name}/{DETECTIONS.FILE}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A detection as the list has it. `file` is one of the company's ("": it is none of its own)."""

    about: About
    group: str
    file: str
    is_off: bool


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)
    sources = site.ports.offers.take(LogSources)
    _show(router, site, sources)
    _edit(router, site, changes)
    return router


def _show(router: APIRouter, site: Site, sources: LogSources) -> None:
    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        rules = sources.rules
        health = sources.supervision.health
        sought, level = query(request, "q").strip(), query(request, "level")
        shown = [each for each in await _shown(site) if _fits(each, sought, level)]
        return site.page(
            "monitor/detections.html",
            visit,
            groups=_grouped(shown),
            number=len(shown),
            sought=sought,
            level=level,
            levels=LEVELS,
            is_watching=rules.watch,
            read=health.rules if health is not None else RulesRead(),
            folders=rules.detections.folders,
            files=_files(site),
        )

    @router.get(f"{AT}/rules/{{rule_id}}")
    async def single(rule_id: str, visit: Authorized) -> Response:
        found = next((each for each in await _shown(site) if each.about.id == rule_id), None)
        if found is None:
            raise HTTPException(404)
        return site.page(
            "monitor/detection.html",
            visit,
            shown=found,
            about=found.about,
            levels=LEVELS,
            tactics=_tactics(found.about),
        )


def _edit(router: APIRouter, site: Site, changes: Changes) -> None:
    @router.get(FILE)
    async def edit(request: Request, visit: Authorized) -> Response:
        company, name = changes.company, query(request, "name")
        if name and name not in company.files:
            raise HTTPException(404)
        text = company.files[name] if name else NEW.format(id=uuid.uuid4())
        return _page(changes, visit, name, text, base=company.revision)

    @router.post(FILE)
    async def change(visit: Authorized, sent: Sent) -> Response:
        company, name = changes.company, one(sent, "name").strip()
        text = one(sent, "text").replace("\r\n", "\n")
        name = name if name.startswith(f"{DETECTIONS.name}/") else f"{DETECTIONS.name}/{name}"
        removes = one(sent, "do") == "remove"
        try:
            company = await changes.unchanged_since(sent)
        except LimenError as wrong:
            return _page(changes, visit, name, text, base=company.revision, problem=wrong)
        problems = await site.in_thread(lambda: problems_of(company, name, None if removes else text))
        if problems or one(sent, "do") == "check":
            return _page(changes, visit, name, text, problems, base=company.revision, is_checked=not problems)
        said = f"{name} {'removed' if removes else 'changed' if name in company.files else 'added'}"
        again = f"{FILE}?name={name}" if name in company.files else ""
        return await changes.begin(visit, said, {name: None if removes else text}, AT, company, again)


def problems_of(company: Company, name: str, text: str | None) -> tuple[Problem, ...]:
    """What is wrong with the company once this file of detections says `text` (None: once it is gone)."""
    if not _FILE.fullmatch(name):
        return (Problem(name[:120], 0, 0, "this is no name of a file of detections", "such as payroll.yml"),)
    if text is not None and not 0 < len(text) <= MOST_TEXT:
        what = "the text is empty" if not text else f"the text is longer than {MOST_TEXT:,} characters"
        return (Problem(name, 1, 1, what, "write a rule" if not text else "split the file"),)
    if text is None and name not in company.files:
        return (Problem(name, 0, 0, "there is no such file", "see the list of detections"),)
    try:
        candidate(company, {name: text})
    except FolderError as error:
        return tuple(error.problems)
    except LimenError as error:
        return (Problem(name, 1, 1, error.what, error.fix),)
    return ()


def _page(
    changes: Changes,
    visit: SignedInVisit,
    name: str,
    text: str,
    problems: Iterable[Problem] = (),
    *,
    base: str,
    problem: LimenError | None = None,
    is_checked: bool = False,
) -> Response:
    problems = tuple(problems)
    return changes.site.page(
        "monitor/detection_file.html",
        visit,
        status=409 if problem else 400 if problems else 200,
        current=AT,
        name=name,
        is_new=name not in changes.company.files,
        text=text,
        problems=problems,
        wrong_lines={each.line for each in problems if each.file == name},
        problem=problem,
        is_checked=is_checked,
        base=base,
        lines=max(18, text.count("\n") + 3),
        most=MOST_TEXT,
    )


async def _shown(site: Site) -> list[Shown]:
    """Every detection but those of folders, by their groups and titles."""
    own, files = company_texts(site), frozenset(_files(site))
    texts = await site.in_thread(lambda: words.shown_texts(own))
    off = set((site.known.rules_of(MonitorRules) or MonitorRules(watch=False)).detections.off)
    found = [
        Shown(one, *_origin(one, files), is_off=one.id in off or one.name in off) for one in texts.values() if one.title
    ]
    return sorted(found, key=_order)


def _order(shown: Shown) -> tuple[bool, bool, str, str]:
    """The company's own first, then what is found in Limen's own journal."""
    return shown.group != _COMPANY, shown.group != _NAMES["limen"], shown.group, shown.about.title


def _origin(about: About, files: frozenset[str]) -> tuple[str, str]:
    """Its group, and its file where that is one of the company's."""
    if about.file in files or f"{DETECTIONS.name}/{about.file}" in files:
        return _COMPANY, about.file
    folder = about.file.partition("/")[0] if "/" in about.file else ""
    return (_NAMES.get(folder, folder.replace("_", " ").capitalize()) or _MEASURED), ""


def _tactics(about: About) -> list[str]:
    """Of MITRE ATT&CK, as its own pages call them."""
    return [tag.removeprefix("attack.") for tag in about.tags if tag.startswith("attack.")]


def _files(site: Site) -> list[str]:
    """The company's own files of detections, as they are in force."""
    company = site.ports.in_force.company
    return sorted(name for name in company.files if _FILE.fullmatch(name)) if company is not None else []


def _fits(shown: Shown, sought: str, level: str) -> bool:
    about = shown.about
    text = " ".join((about.title, about.description, about.id, about.name, shown.group, *about.tags)).casefold()
    return sought.casefold() in text and level in {"", about.level.value}


def _grouped(shown: Iterable[Shown]) -> Mapping[str, list[Shown]]:
    groups: dict[str, list[Shown]] = {}
    for each in shown:
        groups.setdefault(each.group, []).append(each)
    return groups
