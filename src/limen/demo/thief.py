"""Somebody on another machine who has copied a cookie: what it is good for, tried at the real doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.demo.attempt import Attempt, tried
from limen.demo.browser import TYPED
from limen.demo.roles import Question
from limen.demo.running_company import RunningCompany
from limen.enforcement.decision_point import APP_COOKIE
from limen.facts import LIMEN
from limen.web.requests import SESSION_COOKIE

ADDRESS: Final = "203.0.113.66"
BROWSER: Final = "Someone else's laptop"


@dataclass(frozen=True, slots=True)
class Theft:
    """What a copied cookie was good for: on its own app, on another one, and on the sign-in host.

    `is_from_browser` says that the visitor's own browser had sent it; `after` is the first again, once all is ended.
    """

    cookie: str
    is_from_browser: bool
    tried: tuple[Attempt, ...]
    after: Attempt | None = None


def places_to_try(own: Question) -> tuple[Question, ...]:
    """What a thief would open with the cookie of one app."""
    other = next(one for one in ("wiki", "payroll") if one != own.app)
    return (
        own,
        Question("other", f"Open the {other} with it", other, "view"),
        Question("console", "Open the console with it", LIMEN, "audit", path="/console"),
    )


async def as_thief(company: RunningCompany, question: Question, cookie: str) -> Attempt:
    """Ask with somebody else's cookie, from another address and another browser."""
    name = SESSION_COOKIE if question.app == LIMEN else APP_COOKIE.decode()
    sent = {"Cookie": f"{name}={cookie}", "User-Agent": BROWSER, **TYPED}
    since = company.limen.clock.now()
    page = await company.network.browser(ADDRESS).request("GET", company.url(question.app, question.path), sent)
    return await tried(company.limen.journal, question, page, since, ADDRESS)
