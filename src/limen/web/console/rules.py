"""Changing who may do what: one rule as a form or as text, its state, and the three levels to start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from limen.cedar import Policy
from limen.company.candidate import replaced
from limen.company.company import Company
from limen.company.levels import SAID, Level, at_level, changed_states, level_of
from limen.company.load import FolderError
from limen.company.publish import OvertakenError
from limen.company.rules import form_of, names_of, new_id, rule_of, rules_about, with_form, without
from limen.company.states import with_state
from limen.errors import LimenError
from limen.facts import App
from limen.messages import times
from limen.policy import Phase, State
from limen.policy.forms import Form, Names, sentence
from limen.web.console.changes import Changes, problem_of
from limen.web.console.rule_fields import BINDINGS, STRENGTHS, blank, form_in, offered
from limen.web.console.rule_text import plain, problems_of, text_page
from limen.web.console.rule_typed import (
    AT_ONCE,
    UNKNOWN_WORDS,
    RuleFields,
    actions_of,
    sensitive,
    typed,
    unknown_here,
    untold,
)
from limen.web.console.sentences import scope_sentence
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/console/rules/new", "Write a rule", CHANGE, hint="a new policy for every app, as a form"),
    Page("/console/levels", "Levels", READ, hint="how strict the baseline is"),
    Route("POST", "/console/levels", CHANGE, does="Start from another level: see what would change"),
    Route("GET", "/console/apps/{app_id}/rules/new", CHANGE),
    Route("POST", "/console/rules", CHANGE, does="Add a rule: see what would change"),
    Route("POST", "/console/rules/preview", CHANGE),
    Route("GET", "/console/policies/{policy_id}/edit", CHANGE),
    Route("POST", "/console/policies/{policy_id}/edit", CHANGE, does="Change a rule: see what would change"),
    Route("POST", "/console/policies/{policy_id}/text", CHANGE, does="Change a rule's text: see what would change"),
    Route("POST", "/console/policies/{policy_id}/check", CHANGE),
    Route("POST", "/console/policies/{policy_id}/state", CHANGE, does="Change a rule's state: see what would change"),
    Route("POST", "/console/policies/{policy_id}/remove", CHANGE, does="Remove a rule: see what would change"),
)

NEW: Final = "new"
_LATELY: Final = 500
"""How many of the newest events tell where requests come from."""


@dataclass(frozen=True, slots=True)
class Told:
    """A rule as its app's page tells it. `said` is a sentence; `is_form` says that it can be changed as a form."""

    id: str
    title: str
    said: str
    state: State
    opens: bool
    is_form: bool


def told_about(site: Site, app: App) -> list[Told]:
    """Who may open an app, from what, when: each rule in a sentence."""
    company = site.ports.in_force.company
    if company is None:
        return []
    names = names_here(site, company)
    return [
        Told(
            rule.policy.id,
            rule.policy.annotations.get("title", rule.policy.id),
            _said(site, rule.policy, rule.form, names),
            rule.state,
            rule.opens,
            rule.form is not None,
        )
        for rule in rules_about(company, app, site.ports.in_force.engine.policies)
    ]


def names_here(site: Site, company: Company) -> Names:
    return names_of(company, {person.id: person.name for person in site.known.people.values()})


def routes(site: Site) -> APIRouter:  # noqa: C901, PLR0915 -- one after the other, each short
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/apps/{app_id}/rules/new")
    @router.get("/console/rules/new")
    async def begin(request: Request, visit: Authorized, app_id: str = "") -> Response:
        """A rule about an app; or of the whole company: about every app, or about those of a label."""
        company, kind = changes.company, query(request, "kind")
        if app_id and app_id not in company.all_apps:
            raise HTTPException(404)
        effect = kind if kind in {"permit", "forbid"} else "permit" if app_id else "forbid"
        fields = typed(blank(effect, app_id), company.settings.zone, is_blank=True)
        back = f"/console/apps/{app_id}" if app_id else "/console/policies"
        return _form_page(changes, visit, fields, effect, back=back, base=company.revision)

    @router.post("/console/rules")
    async def make(visit: Authorized, sent: Sent) -> Response:
        return await _take_form(changes, visit, sent, NEW, "permit" if one(sent, "effect") == "permit" else "forbid")

    @router.get("/console/policies/{policy_id}/edit")
    async def edit(request: Request, policy_id: str, visit: Authorized) -> Response:
        draft = await changes.drafts.of(query(request, "draft"), visit.person.id)
        company = draft.company if draft else changes.company
        policy = _policy(company, policy_id)
        form = form_of(company, policy_id)
        is_new = policy_id not in changes.company.policies.sources
        base = draft.base if draft else company.revision
        if form is None or (query(request, "as") == "text" and not is_new):
            return text_page(changes, visit, policy, company.policies.sources[policy_id].text, base=base)
        back = draft.back if draft else f"/console/policies/{policy_id}"
        fields = typed(form, company.settings.zone)
        said = sentence(form, names_here(site, company))
        at = NEW if is_new else policy_id
        return _form_page(changes, visit, fields, form.effect, back=back, base=base, policy_id=at, said=said)

    @router.post("/console/policies/{policy_id}/edit")
    async def change(policy_id: str, visit: Authorized, sent: Sent) -> Response:
        policy = _policy(changes.company, policy_id)
        return await _take_form(changes, visit, sent, policy_id, policy.effect)

    @router.post("/console/policies/{policy_id}/text")
    async def rewrite(policy_id: str, visit: Authorized, sent: Sent) -> Response:
        company = changes.company
        policy = _policy(company, policy_id)
        text = one(sent, "text").replace("\r\n", "\n").strip()
        try:
            await changes.unchanged_since(sent)
        except OvertakenError as wrong:
            return text_page(changes, visit, policy, text, base=company.revision, problem=wrong)
        problems = await site.in_thread(lambda: problems_of(company, policy_id, text))
        if problems or one(sent, "do") == "check" or not text:
            return text_page(changes, visit, policy, text, problems, base=company.revision, is_checked=True)
        said = f"“{policy.annotations.get('title', policy_id)}”: text changed"
        again = f"/console/policies/{policy_id}/edit?as=text"
        files = replaced(company, policy_id, text)
        return await changes.begin(visit, said, files, f"/console/policies/{policy_id}", company, again)

    @router.post("/console/policies/{policy_id}/state")
    async def turn(policy_id: str, visit: Authorized, sent: Sent) -> Response:
        company = await changes.unchanged_since(sent)
        policy = _policy(company, policy_id)
        chosen = one(sent, "state")
        if chosen not in set(State):
            raise HTTPException(400)
        words = {State.ENFORCE: "is enforced", State.REPORT_ONLY: "is report-only", State.OFF: "is off"}
        said = f"“{policy.annotations.get('title', policy_id)}” {words[State(chosen)]}"
        files = with_state(company, policy_id, State(chosen))
        return await changes.begin(visit, said, files, f"/console/policies/{policy_id}", company)

    @router.post("/console/policies/{policy_id}/remove")
    async def remove(request: Request, policy_id: str, visit: Authorized) -> Response:
        company = await changes.unchanged_since(await site.form(request, visit))
        policy = _policy(company, policy_id)
        said = f"“{policy.annotations.get('title', policy_id)}” removed"
        try:
            files = without(company, policy_id)
            return await changes.begin(visit, said, files, f"/console/policies/{policy_id}", company)
        except FolderError as wrong:
            first = str(wrong.problems[0])
            raise LimenError(f"it can't be removed: {first}", "remove the tests that name it first") from None

    @router.get("/console/levels")
    async def levels(visit: Authorized) -> Response:
        company = changes.company
        titles = {name: _policy(company, name).annotations.get("title", name) for name in company.policies.sources}
        listed = [(level, SAID[level], changed_states(company, level)) for level in Level]
        return site.page(
            "console/levels.html",
            visit,
            current="/console/policies",
            levels=listed,
            at=level_of(company),
            titles=titles,
        )

    @router.post("/console/levels")
    async def take_level(visit: Authorized, sent: Sent) -> Response:
        chosen = one(sent, "level")
        if chosen not in set(Level):
            raise HTTPException(400)
        company = await changes.unchanged_since(sent)
        files = at_level(company, Level(chosen))
        return await changes.begin(visit, f"Baseline level set to {chosen}", files, "/console/levels", company)

    @router.post("/console/rules/preview")
    async def preview(_visit: Authorized, sent: Sent) -> Response:
        """For the script beside a form: its sentence, or what is wrong with it."""
        try:
            form = form_in(sent, "new", one(sent, "effect"), changes.company.settings.zone)
        except LimenError as wrong:
            return JSONResponse({"what": wrong.what, "fix": wrong.fix, "field": getattr(wrong, "field", "")})
        return JSONResponse({"said": sentence(form, names_here(site, changes.company))})

    @router.post("/console/policies/{policy_id}/check")
    async def check(policy_id: str, _visit: Authorized, sent: Sent) -> Response:
        """For the script beside the text: every problem, with its line."""
        _policy(changes.company, policy_id)
        text = one(sent, "text").replace("\r\n", "\n").strip()
        problems = await site.in_thread(lambda: problems_of(changes.company, policy_id, text))
        return JSONResponse({"problems": [plain(problem) for problem in problems]})

    return router


async def _take_form(
    changes: Changes, visit: SignedInVisit, sent: Mapping[str, Sequence[str]], policy_id: str, effect: str
) -> Response:
    site, company = changes.site, changes.company
    back = one(sent, "back")
    back = back if back.startswith(("/console/apps/", "/console/policies/")) else "/console/policies"
    fields, base, said = RuleFields(sent), one(sent, "base"), ""
    problem: LimenError | None = None
    try:
        form = form_in(sent, policy_id, effect, company.settings.zone)
        said = sentence(form, names_here(site, company))
        if policy_id == NEW:
            title = form.title or shorten(said, 80, placeholder="…")
            form = form_in({**sent, "title": [title]}, new_id(company, title), effect, company.settings.zone)
        if one(sent, "do") != "preview":
            await changes.unchanged_since(sent)
            again = f"/console/policies/{form.id}/edit"
            heeded = ". ".join(part for part in (said, untold(form, unknown_facts(site))) if part)
            return await changes.begin(visit, heeded, with_form(company, form), back, company, again)
    except OvertakenError as wrong:
        problem, base = wrong, company.revision  # told once, what was typed may be sent again
    except LimenError as wrong:
        problem = problem_of(wrong)
    return _form_page(
        changes, visit, fields, effect, back=back, base=base, policy_id=policy_id, said=said, problem=problem
    )


def _form_page(
    changes: Changes,
    visit: SignedInVisit,
    fields: RuleFields,
    effect: str,
    *,
    back: str,
    base: str,
    policy_id: str = NEW,
    said: str = "",
    problem: LimenError | None = None,
) -> Response:
    """The page of a form, drawn from its fields: those of the rule, or what was typed."""
    site, company = changes.site, changes.company
    is_new = policy_id == NEW
    apps = company.all_apps
    chosen = fields.fields.get("apps", ())
    shown_networks = {name for way in fields.ways for name in fields.fields.get(f"w{way}_place_network", ())}
    return site.page(
        "console/rule.html",
        visit,
        current="/console/policies",
        base=base,
        typed=fields,
        policy_id=policy_id,
        title=fields.text("title") or policy_id,
        is_permit=effect == "permit",
        is_new=is_new,
        to="/console/rules" if is_new else f"/console/policies/{policy_id}/edit",
        said=said,
        back=back,
        problem=problem,
        fault=getattr(problem, "field", ""),
        unknown=unknown_facts(site),
        unknown_words=UNKNOWN_WORDS,
        sensitive=sensitive(chosen, apps),
        groups=company.groups,
        apps=sorted(apps.values(), key=lambda app: app.name.casefold()),
        people=sorted(site.known.people.values(), key=lambda person: person.name.casefold()),
        networks=sorted({*company.settings.networks, *shown_networks}),
        actions=actions_of(chosen, apps, fields.fields.get("actions", ())),
        phases=tuple(Phase),
        states=tuple(State),
        strengths=STRENGTHS,
        bindings=BINDINGS,
        weekdays=[times.weekday(day) for day in range(1, 8)],
        rows=offered(),
        at_once=AT_ONCE,
        zone=company.settings.time_zone,
    )


def unknown_facts(site: Site) -> frozenset[str]:
    """Which facts nothing tells here yet: places are those from which something was asked lately."""
    addresses = {event.address for event in site.ports.journal.recent(_LATELY) if event.address}
    places = [site.known.place(address) for address in addresses]
    return unknown_here(site.known.devices.values(), site.known.risks.values(), places, site.known.sessions.values())


def _policy(company: Company, policy_id: str) -> Policy:
    if policy_id not in company.policies.sources:
        raise HTTPException(404)
    return Policy.from_json(policy_id, company.policies.tree["staticPolicies"][policy_id])


def _said(site: Site, policy: Policy, form: Form | None, names: Names) -> str:
    return sentence(form, names) if form else scope_sentence(policy, site.known.groups, site.known.apps)


def sentence_of(site: Site, policy: Policy, names: Names | None = None) -> str:
    """One policy of the company in force in a sentence, hand-written ones by their head. `names` are `names_here`."""
    company = site.ports.in_force.company
    if company is None:
        return ""
    return _said(site, policy, rule_of(company, policy).form, names or names_here(site, company))
