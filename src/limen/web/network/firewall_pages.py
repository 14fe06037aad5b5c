"""Firewalls: how each is, and for those that follow Limen a change on trial, confirmed or undone at its page.

What has an interface of its own is told by a command that has its key: the server keeps none (record 0185).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from limen.errors import LimenError
from limen.events import KINDS
from limen.network.firewalls import store
from limen.network.firewalls.planned import PlannedChange, planned
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import CONFIRMED, UNDONE
from limen.network.model import Firewall, Network
from limen.web.console.live import RETRY_MS, still_may
from limen.web.console.text_diff import MOST_LINES as MOST_TEXT_LINES, diff_lines
from limen.web.network.firewall_states import FirewallState, state, states
from limen.web.network.proving import Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/network/firewalls"
_TITLE: Final = "Firewalls"
_ICON: Final = "M3 5h18v14H3zM3 12h18M9 5v7M15 12v7"
_STREAM: Final = "text/event-stream"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 25, _ICON), hint="rules in force, trial, drift, apply, confirm, undo"),
    Route("GET", f"{AT}/{{firewall}}", READ),
    Route("GET", f"{AT}/{{firewall}}/live", READ, media_type=_STREAM),
    Route("POST", f"{AT}/{{firewall}}/apply", CHANGE, does="Apply rules to a firewall, on trial"),
    Route("POST", f"{AT}/{{firewall}}/confirm", CHANGE, does="Confirm the rules of a firewall"),
    Route("POST", f"{AT}/{{firewall}}/undo", CHANGE, does="Have a firewall go back to the rules before"),
    Route("POST", f"{AT}/{{firewall}}/put-back", CHANGE, does="Put back the rules of a firewall"),
)
DONE: Final = {
    "applied": "Sent. The firewall takes the rules as soon as it asks.",
    "confirmed": "Confirmed: these rules stay.",
    "undone": "The firewall goes back to the rules before.",
    "put-back": "Sent: the firewall loads what was confirmed last.",
    "other": "Nothing was sent: the network has changed since you looked. This is the change as it is now.",
}
MOST_LINES: Final = 200
MOST_WATCHING: Final = 100
"""Pages that count down at once; others are as they were loaded."""
WATCHED_SECONDS: Final = 600
LOOKS_SECONDS: Final = 1.0


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    _show(router, site)
    _change(router, site)
    _watch(router, site)
    return router


def _show(router: APIRouter, site: Site) -> None:
    proving = site.shared(Proving)

    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        network = proving.stated(visit, _TITLE)
        found = [
            replace(one, is_outdated=await _is_outdated(site, proving, visit, one))
            for one in await states(site, network.firewalls, visit.now)
        ]
        return site.page("console/network_firewalls.html", visit, states=found)

    @router.get(f"{AT}/{{firewall}}")
    async def single(request: Request, firewall: str, visit: Authorized) -> Response:
        now = (await states(site, [_called(proving, visit, firewall)], visit.now))[0]
        wrong, plan = None, None
        if now.follows and now.enrolled is not None and now.change is None:
            try:
                plan = await _planned(site, proving, visit, now)
                now = replace(now, is_outdated=plan.digest != now.enrolled.digest)
            except LimenError as problem:
                wrong = problem
        return site.page(
            "console/network_firewall.html",
            visit,
            status=200,
            current=AT,
            state=now,
            plan=plan,
            problem=wrong,
            text=diff_lines(plan.before, plan.after) if plan is not None else [],
            is_text_whole=plan is not None and max(plan.before.count("\n"), plan.after.count("\n")) < MOST_TEXT_LINES,
            most=MOST_LINES,
            unlinked=_gone(proving.file.network, plan),
            history=[(event, KINDS[event.kind].title, _who(site, event.actor)) for event in now.history],
            done=DONE.get(query(request, "done"), ""),
        )


def _change(router: APIRouter, site: Site) -> None:
    proving, service = site.shared(Proving), site.ports.offers.take(FirewallService)

    @router.post(f"{AT}/{{firewall}}/apply")
    async def apply(firewall: str, visit: Authorized, sent: Sent) -> Response:
        """What was shown, and nothing that has changed since."""
        now = state(site, _called(proving, visit, firewall), (), visit.now)
        plan = await _planned(site, proving, visit, now)
        if plan.digest != one(sent, "digest"):
            return site.go(visit, f"{AT}/{firewall}", done="other")
        await service.apply(firewall, plan.wanted.ruleset, visit.person.id)
        return site.go(visit, f"{AT}/{firewall}", done="applied")

    @router.post(f"{AT}/{{firewall}}/confirm")
    async def confirm(firewall: str, visit: Authorized, sent: Sent) -> Response:
        return await _decided(visit, firewall, one(sent, "change"), CONFIRMED, "confirmed")

    @router.post(f"{AT}/{{firewall}}/undo")
    async def undo(firewall: str, visit: Authorized, sent: Sent) -> Response:
        return await _decided(visit, firewall, one(sent, "change"), UNDONE, "undone")

    async def _decided(visit: SignedInVisit, firewall: str, change: str, decided: str, done: str) -> Response:
        """Of the change that was shown, and no later one."""
        now = state(site, _called(proving, visit, firewall), (), visit.now)
        if now.change is None or now.change.id != change:
            raise LimenError("that change is over", "see at the firewall's page what became of it")
        await service.decide(firewall, decided, visit.person.id)
        return site.go(visit, f"{AT}/{firewall}", done=done)

    @router.post(f"{AT}/{{firewall}}/put-back")
    async def put_back(firewall: str, visit: Authorized) -> Response:
        _called(proving, visit, firewall)
        await service.put_back(firewall, visit.person.id)
        return site.go(visit, f"{AT}/{firewall}", done="put-back")


def _watch(router: APIRouter, site: Site) -> None:
    proving = site.shared(Proving)
    watching: set[object] = set()

    @router.get(f"{AT}/{{firewall}}/live")
    async def live(firewall: str, visit: Authorized) -> Response:
        found = _called(proving, visit, firewall)
        if len(watching) >= MOST_WATCHING:
            return Response("Too many people are watching.", 503, media_type="text/plain")
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_countdown(site, visit, found, watching), media_type=_STREAM, headers=headers)


async def _countdown(site: Site, visit: SignedInVisit, firewall: Firewall, watching: set[object]) -> AsyncIterator[str]:
    """The seconds left, each as it is told, until the change that is open now has become another or is over."""
    mine, shown = object(), ""
    watching.add(mine)
    try:
        yield f"retry: {RETRY_MS}\n\n"
        begun = state(site, firewall, (), visit.now)
        for _ in range(WATCHED_SECONDS):
            now = state(site, firewall, (), site.ports.clock.now())
            is_over = now.change is None or begun.change is None or now.change != begun.change
            if is_over or site.ports.doors.shut() is not None or not still_may(site, visit):
                break
            values = {"state": now, "csrf": visit.csrf, "now": now.now}
            region = site.pages.render("console/_countdown.html", now.now, values, visit.localizer.language)
            if region != shown:
                shown = region
                yield f"event: region\ndata: {json.dumps(region)}\n\n"
            await asyncio.sleep(LOOKS_SECONDS)
        yield "event: over\ndata: ended\n\n"
    finally:
        watching.discard(mine)


async def _is_outdated(site: Site, proving: Proving, visit: SignedInVisit, now: FirewallState) -> bool:
    """What can't be said for a firewall any more is not what is in force there. Raises TurnedAwayError, as `_planned`
    does.
    """
    if not now.follows or now.enrolled is None or not now.enrolled.digest:
        return False
    try:
        return (await _planned(site, proving, visit, now)).digest != now.enrolled.digest
    except LimenError:
        return True


async def _planned(site: Site, proving: Proving, visit: SignedInVisit, now: FirewallState) -> PlannedChange:
    """Raises LimenError where there is none, TurnedAwayError with a page that waits."""
    name, network, today = now.firewall.name, proving.stated(visit, _TITLE), proving.today(visit)
    if now.enrolled is None or not now.follows:
        raise LimenError(f"no firewall {name} follows Limen", f"`limen firewall setup {name}`")
    digest = now.enrolled.digest

    def work() -> PlannedChange:
        confirmed = site.ports.database.read(lambda snapshot: store.ruleset(snapshot.connection, digest))
        return planned(network, name, confirmed, today, now.now)

    found: PlannedChange = await proving.found(visit, _TITLE, (today, "firewall", f"{name} {digest}"), work)
    return found


def _gone(network: Network, plan: PlannedChange | None) -> set[str]:
    """What lets something through in the change and has no page: flows that are there no more."""
    lines = (*plan.new, *plan.gone) if plan is not None else ()
    return {id_ for line in lines for id_ in line.rule_ids} - {one.id for one in network.flows}


def _called(proving: Proving, visit: SignedInVisit, name: str) -> Firewall:
    for firewall in proving.stated(visit, _TITLE).firewalls:
        if firewall.name == name:
            return firewall
    raise HTTPException(404)


def _who(site: Site, actor: str) -> str:
    person = site.known.people.get(actor)
    return person.name if person is not None else ""
