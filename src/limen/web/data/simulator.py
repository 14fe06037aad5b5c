"""What would happen to a file or a text, for whom: looked into as any other, and neither kept nor journaled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.data.documents import Inspected
from limen.data.protection import DataProtection
from limen.data.rules.model import Channel, Judged, Passing, Step
from limen.facts import Label
from limen.facts.passing import FAILED, stops_unseen
from limen.web.data.found import UNREAD, Kind, kinds_found
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import MAX_VALUE
from limen.web.site import Site
from limen.web.uploads import Upload, read_upload
from limen.web.visit import Authorized, SignedInVisit

AT: Final = "/console/data/try"
MOST_BYTES: Final = 10 * 1024 * 1024
_AROUND: Final = 64 * 1024
"""What a browser puts around a file."""
PAGES: Final = (
    Page(AT, "Try a file", CHANGE, Menu("Data", 40, "what-if"), hint="simulator, paste, what would happen, rules"),
    Route("POST", AT, CHANGE, max_body_bytes=MOST_BYTES + _AROUND),
)
MOST_PEOPLE: Final = 500
_OF_APPS: Final = frozenset({Channel.UPLOAD, Channel.DOWNLOAD})
OUTSIDE: Final = frozenset({"somebody@partner.example"})
WAYS: Final[Mapping[Channel, str]] = {
    Channel.UPLOAD: "Uploaded to an app",
    Channel.DOWNLOAD: "Downloaded from an app",
    Channel.WEB: "Sent to a website",
    Channel.MAIL: "Sent by mail",
    Channel.SHARE: "Saved to a file share",
}
"""By which something can pass today: nothing tells of links of cloud drives yet."""
STEPS: Final[Mapping[Step, str]] = {
    Step.ALLOW: "It passes",
    Step.WATCH: "It passes and is noted",
    Step.WARN: "They must say why",
    Step.BLOCK: "It is stopped",
    Step.QUARANTINE: "It is stopped",
}
_TAKEN: Final = "It is taken away and kept"
STEPS_BY: Final[Mapping[Channel, Mapping[Step, str]]] = {
    Channel.WEB: {**STEPS, Step.WARN: STEPS[Step.BLOCK]},
    Channel.MAIL: {**STEPS, Step.QUARANTINE: "It is kept on hold"},
    Channel.SHARE: {**STEPS, Step.WARN: _TAKEN, Step.BLOCK: _TAKEN, Step.QUARANTINE: _TAKEN},
}
"""Where a step means something else than in the gateway: nobody can be asked at a proxy or a share, and only mail and
shares keep anything.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose it is supposed to be; "" for anybody. `app`: which app or share."""

    person: str = ""
    app: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """What happens by one channel: as it mostly goes, to somebody outside, and on a device that is not healthy."""

    name: str
    inside: Judged
    outside: Judged
    unhealthy: Judged
    others: tuple[tuple[Step, int], ...]
    """For how many people something else happens than for the one who is asked about."""
    steps: Mapping[Step, str]
    """What each step means there."""


@dataclass(frozen=True, slots=True)
class Tried:
    """All that the page says of one file."""

    kind: str
    said: Label | None
    content: Label | None
    kinds: tuple[Kind, ...]
    unread: tuple[str, ...]
    ways: tuple[Way, ...]


def routes(site: Site) -> APIRouter:
    router, protection = APIRouter(), site.ports.offers.take(DataProtection)

    @router.get(AT)
    async def ask(visit: Authorized) -> Response:
        return shown(visit, Asked(), "")

    @router.post(AT)
    async def try_it(request: Request, visit: Authorized) -> Response:
        sent = await read_upload(request, site.origin, visit.secret, MOST_BYTES)
        asked, text = _asked(sent), sent.fields.get("text", "")
        if len(sent.content) > MOST_BYTES or not (sent.content or text.strip()):
            return shown(visit, asked, text, problem="large" if sent.content else "empty")
        inspected = await protection.inspect(sent.content or text.encode())
        people = list(site.known.people)[:MOST_PEOPLE]
        app = site.known.apps.get(asked.app)
        label = app.label if app is not None else None
        tried = await site.in_thread(lambda: _tried(protection, inspected, asked, label, people))
        return shown(visit, asked, text, tried)

    def shown(visit: SignedInVisit, asked: Asked, text: str, tried: Tried | None = None, problem: str = "") -> Response:
        people = sorted(site.known.people.values(), key=lambda one: one.name.casefold())
        apps = sorted(site.known.apps.values(), key=lambda one: one.name.casefold())
        return site.page(
            "console/data_try.html",
            visit,
            400 if problem else 0,
            asked=asked,
            text=text,
            tried=tried,
            wrong=problem,
            people=people,
            apps=apps,
            has_rules=bool(protection.rules.rules),
            most_text=MAX_VALUE,
            most_mb=MOST_BYTES >> 20,
        )

    return router


def _asked(sent: Upload) -> Asked:
    return Asked(sent.fields.get("person", ""), sent.fields.get("app", ""))


def _tried(
    protection: DataProtection, inspected: Inspected, asked: Asked, label: Label | None, people: list[str]
) -> Tried:
    ways = tuple(_way(protection, inspected, asked, label, channel, people) for channel in WAYS)
    content = protection.judge(Passing(Channel.UPLOAD), inspected).label
    return Tried(
        inspected.kind,
        inspected.label,
        content,
        tuple(kinds_found(inspected, protection.rules.names)),
        tuple(UNREAD[one] for one in sorted(inspected.why_not)),
        ways,
    )


def _way(
    protection: DataProtection,
    inspected: Inspected,
    asked: Asked,
    label: Label | None,
    channel: Channel,
    people: list[str],
) -> Way:
    """`label` is that of the app, which counts at the gateway alone."""
    of_app = label if channel in _OF_APPS else None

    def judged(person: str, *, outside: bool = False, healthy: bool = True) -> Judged:
        to = OUTSIDE if outside else frozenset[str]()
        passing = Passing(channel, person, asked.app, "", to, of_app, healthy)
        judged = protection.judge(passing, inspected)
        # As the gateway does with what the look did not come to its end with.
        is_stopped = channel in _OF_APPS and stops_unseen(
            of_app, frozenset(map(str, inspected.why_not & FAILED)), lambda: protection.stops(passing)
        )
        return (
            replace(judged, step=Step.BLOCK, may_justify=False) if is_stopped and judged.step < Step.BLOCK else judged
        )

    inside = judged(asked.person)
    others: dict[Step, int] = {}
    for person in people:
        step = judged(person).step
        if step is not inside.step:
            others[step] = others.get(step, 0) + 1
    return Way(
        WAYS[channel],
        inside,
        judged(asked.person, outside=True),
        judged(asked.person, healthy=False),
        tuple(sorted(others.items())),
        STEPS_BY.get(channel, STEPS),
    )
