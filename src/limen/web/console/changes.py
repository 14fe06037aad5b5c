"""A change that is not in force yet: what it would do, its failing tests to mend, and publishing it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.company.authors import BREAK_GLASS, CONSOLE, names_of, proof_sentence
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.expectation_text import block_at
from limen.company.folder import TESTS
from limen.company.foreseen import foreseen
from limen.company.gate import lockout_begins, people_of
from limen.company.load import FolderError
from limen.company.plan import Plan, opening_sentence, predict, reach_sentences, today_sentences
from limen.company.publish import overtaken, publish
from limen.company.updated_tests import Updated, updated_tests
from limen.configuration.problem import Problem
from limen.errors import LimenError
from limen.facts import Session
from limen.network.model import Network
from limen.policy.proof.lockout import LockedOut
from limen.storage.break_glass import is_break_glass
from limen.web.console.change_preview import effects_of, replayed_of
from limen.web.console.conflicts import Conflicting
from limen.web.console.drafts import Draft, Drafts
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.rule_versions import versions_of
from limen.web.console.text_diff import diff_lines
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/changes/{draft_id}", CHANGE),
    Route("POST", "/console/changes/{draft_id}/publish", CHANGE, does="Publish the change"),
    Route("POST", "/console/changes/{draft_id}/drop", CHANGE, does="Discard the change"),
)

AT: Final = "/console/changes"
PATIENCE_SECONDS: Final = 2.0
"""How long a page waits for what it predicts, before it shows how far that is."""
MOST_REPLAYED: Final = 40
LONGEST_ID: Final = 64
FORESEEN_SECONDS: Final = 20.0
"""How long a page looks at past events for detections; `limen plan` looks for longer."""
BREATH_SECONDS: Final = 0.002
"""Left to requests now and then while past events are looked at."""
PREDICTED_AT_ONCE: Final = 2
"""Threads of their own: however many changes are looked at, requests and sign-in keep theirs."""


class _DroppedError(Exception):
    """Nobody waits for what is being predicted any more."""


class Changes:
    """Where changes are begun, and wait for their author to publish them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.drafts = Drafts(site.ports.database.kept_briefly)
        self._predictors = ThreadPoolExecutor(PREDICTED_AT_ONCE, thread_name_prefix="predict")

    @property
    def company(self) -> Company:
        """What is in force. Raises `LimenError` before anything is."""
        company = self.site.ports.in_force.company
        if company is None:
            raise LimenError("nothing is published yet", "publish the company folder with `limen apply`")
        return company

    async def unchanged_since(self, sent: Mapping[str, Sequence[str]]) -> Company:
        """The company in force, if the page that a form was sent from was made from it.

        A page can be hours old: what it sends would undo unseen what others published meanwhile. Raises OvertakenError.
        """
        company, base = self.company, one(sent, "base")
        if base == company.revision:
            return company
        known = base if len(base) <= LONGEST_ID and base.isalnum() else ""
        read = self.site.ports.database.read
        raise await self.site.in_thread(lambda: read(lambda snapshot: overtaken(snapshot, known, CONSOLE)))

    async def begin(
        self,
        visit: SignedInVisit,
        said: str,
        changed: Mapping[str, str | None] | Company,
        back: str,
        base: Company | str,
        again: str = "",
        reason: str = "",
    ) -> Response:
        """Keep a candidate and go to its page. Raises `FolderError` where the changed files can't be read.

        `base` is what was changed: the company whose files these are, or, of a whole company, a revision's id. `back`
        is where one is without it, `again` where it can be changed further, `reason` what is proposed as its reason.
        """
        if isinstance(changed, Company):
            after = changed
        else:
            of = base if isinstance(base, Company) else self.company
            after = await self.site.in_thread(lambda: candidate(of, changed))
        base_id = base.revision if isinstance(base, Company) else base
        if after.revision == base_id:
            return self.site.go(visit, back, done="same")
        begun = Draft("", visit.person.id, said, base_id, after, back, self.site.ports.clock.now(), again, reason)
        draft = await self.drafts.keep(begun)
        return self.site.go(visit, f"{AT}/{draft.id}")

    async def onto(self, visit: SignedInVisit, draft: Draft, company: Company, base: str) -> Response:
        """Begin the change that takes the place of this one; it is planned and published like any other."""
        answer = await self.begin(visit, draft.said, company, draft.back, base, draft.again)
        await self.drafts.drop(draft.id)
        return answer

    def predicting(self, draft: Draft) -> asyncio.Task[Plan]:
        """What would happen, worked out once for each draft and away from the event loop."""
        if draft.predicting is None:
            ports, before, after = self.site.ports, self.company, draft.company

            def progress(part: float) -> None:
                draft.part = part
                if draft.is_dropped:
                    raise _DroppedError

            def go_on() -> None:
                progress(draft.part)
                time.sleep(BREATH_SECONDS)

            def work() -> Plan:
                progress(0.0)
                people, now = ports.database.read(people_of), ports.clock.now()
                plan = predict(before, after, ports.journal.reader, people, now, progress)
                journal = ports.journal.reader.root.resolve()
                persons = [one.person for one in people]
                return replace(plan, foreseen=foreseen(before, after, journal, now, FORESEEN_SECONDS, go_on, persons))

            async def worked_out() -> Plan:
                return await asyncio.get_running_loop().run_in_executor(self._predictors, work)

            draft.predicting = asyncio.create_task(worked_out())
        return draft.predicting

    async def predicted(self, draft: Draft, seconds: float | None = None) -> Plan | None:
        """What would happen; None where it is not worked out after so many seconds. 404 where the draft is dropped."""
        task = self.predicting(draft)
        await asyncio.wait({task}, timeout=seconds)
        if draft.is_dropped:
            raise HTTPException(404)
        return task.result() if task.done() else None

    async def of(self, draft_id: str, visit: SignedInVisit) -> Draft:
        draft = await self.drafts.of(draft_id, visit.person.id)
        if draft is None:
            raise HTTPException(404)
        return draft


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT + "/{draft_id}")
    async def look(draft_id: str, visit: Authorized) -> Response:
        return await change_page(changes, visit, await changes.of(draft_id, visit))

    @router.post(AT + "/{draft_id}/publish")
    async def put_in_force(request: Request, draft_id: str, visit: Authorized, sent: Sent) -> Response:
        draft = await changes.of(draft_id, visit)
        draft.reason = one(sent, "reason")[:500]
        await fresh_proof(site, visit, f"{AT}/{draft_id}")
        await changes.predicted(draft)
        # Predicting takes minutes, in which its author may have been let go: who they are now is what counts.
        visit = await site.authorize(request)
        draft = await changes.of(draft_id, visit)
        await fresh_proof(site, visit, f"{AT}/{draft_id}")
        plan = changes.predicting(draft).result()
        before = site.known.rules_of(Network)
        try:
            await site.in_thread(lambda: _publish(site, draft, visit.session, plan))
        except LimenError as wrong:
            return await change_page(changes, visit, draft, wrong)
        await site.ports.settled()
        await changes.drafts.drop(draft_id)
        network = site.known.rules_of(Network)
        has_older_rules = network is not None and network != before and bool(network.firewalls)
        return site.go(visit, "/console/revisions", done="published-network" if has_older_rules else "published")

    @router.post(AT + "/{draft_id}/drop")
    async def drop(draft_id: str, visit: Authorized, _sent: Sent) -> Response:
        draft = await changes.of(draft_id, visit)
        await changes.drafts.drop(draft.id)
        return site.go(visit, draft.back, done="dropped")

    return router


def _updates(company: Company) -> tuple[Updated, ...]:
    """Each failing test as it would be updated; () where one can't be, which is then changed by hand."""
    try:
        return updated_tests(company).updated
    except LimenError:
        return ()


def _publish(site: Site, draft: Draft, session: Session, plan: Plan) -> None:
    now = site.ports.clock.now()
    publish(
        site.ports.database,
        draft.company,
        session.person_id,
        draft.reason,
        now,
        expected=draft.base,
        via=BREAK_GLASS if is_break_glass(session) else CONSOLE,
        session=session.id,
        effect=plan.effect,
    )


async def change_page(
    changes: Changes,
    visit: SignedInVisit,
    draft: Draft,
    problem: LimenError | None = None,
    conflict: Conflicting | None = None,
) -> Response:
    site = changes.site
    plan = await changes.predicted(draft, PATIENCE_SECONDS)
    if plan is None:
        waiting = site.page(
            "console/change_waits.html", visit, current="/console/policies", draft=draft, part=draft.part
        )
        waiting.headers["refresh"] = "1"
        return waiting
    before, after = changes.company, draft.company
    names = await site.in_thread(lambda: site.ports.database.read(names_of))
    apps = {app.id: app.name for app in (*before.all_apps.values(), *after.all_apps.values())}
    replayed = replayed_of(plan, names, apps)
    updates = await site.in_thread(lambda: _updates(after)) if plan.failing else ()
    return site.page(
        "console/change.html",
        visit,
        status=409 if problem or conflict else 200,
        current="/console/policies",
        draft=draft,
        plan=plan,
        effects=effects_of(plan, names, apps, visit.person.id),
        openings=[
            (one, said) for one in plan.openings for said in (opening_sentence(plan, one, before, after, names),)
        ],
        today=today_sentences(plan, before, after, names),
        sentences=reach_sentences(plan, before, after, names),
        replayed=replayed[:MOST_REPLAYED],
        more=max(0, len(replayed) - MOST_REPLAYED),
        updates=updates,
        failing=failing_of(plan.failing, after),
        locked_out=plan.lockout if isinstance(plan.lockout, LockedOut) else None,
        begins=lockout_begins(after, plan.lockout) if isinstance(plan.lockout, LockedOut) else "",
        proof=proof_sentence(plan.lockout.to_json(), names)
        if plan.lockout is not None and not isinstance(plan.lockout, LockedOut)
        else "",
        problem=problem,
        conflict=conflict,
        versions=[versions_of(one, after, before, names) for one in conflict.parts] if conflict else (),
        onto=before.revision,
        diff=diff_lines,
        is_overtaken=before.revision != draft.base,
    )


def problem_of(wrong: LimenError) -> LimenError:
    """What a page says of it: of all that is wrong with a folder the first."""
    if not isinstance(wrong, FolderError):
        return wrong
    return LimenError(wrong.problems[0].what, wrong.problems[0].fix)


def failing_of(problems: Sequence[Problem], company: Company) -> list[tuple[Problem, str]]:
    """Each test that fails, once, with its text in the file."""
    text = company.files.get(TESTS, "")
    by_line: dict[int, Problem] = {}
    for problem in problems:
        by_line.setdefault(problem.line, problem)
    return [(problem, block_at(text, line)) for line, problem in sorted(by_line.items())]
