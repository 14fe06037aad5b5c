"""Harbor on an ordinary day: its people go about their work at random until the demo is ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from limen.demo.browser import LoopError
from limen.demo.employees import Employee, NotDoneError
from limen.demo.harbor import Step
from limen.demo.roles import ROLES
from limen.demo.running_company import BY_THE_SERVER, RunningCompany
from limen.facts import LIMEN
from limen.identity.model import IssuedLink

PAUSE_SECONDS: Final = (0.4, 2.5)
EVERYDAY: Final = (
    ("wiki", "/plans/winter"),
    ("handbook", "/travel"),
    ("warehouse", "/dock/3"),
    ("git", "/harbor/routes"),
    ("expenses", "/"),
)
VISITOR: Final = "noor@harbor.example"
GIVE_UP_ODDS: Final = 0.3
"""How often somebody who is asked to prove again does not bother."""


async def invite_the_visitor(company: RunningCompany) -> IssuedLink:
    """A one-time link for whoever watches the demo: an administrator who may see every page. A new one each time."""
    people = company.limen.identity.people
    noor = next((p.id for p in company.limen.known.people.values() if p.email == VISITOR), "")
    if noor:
        return await people.invite_again(noor, by=BY_THE_SERVER)
    return await people.invite("Noor Bakker", VISITOR, ("staff", "finance", "administrators"), by=BY_THE_SERVER)


async def go_about(company: RunningCompany, steps: Sequence[Step], chance: random.Random) -> None:
    """Do one thing after the other, for ever; what goes wrong for one person does not end the day."""
    busy = {role.who for role in ROLES}  # whom the visitor can be is left to them
    habits = [one for one in steps if one.does == "ask" and one.door == "gateway" and one.who in company.employees]
    habits = [one for one in habits if one.who not in busy]
    others = [employee for who, employee in company.employees.items() if who not in busy]
    while True:
        await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
        employee, app, method, path = _something(company, habits, others, chance)
        with suppress(NotDoneError, LoopError, OSError, TimeoutError):
            await _do(company, employee, (app, method, path), chance)


def _something(
    company: RunningCompany, habits: Sequence[Step], others: Sequence[Employee], chance: random.Random
) -> tuple[Employee, str, str, str]:
    if chance.random() < 0.5:
        step = chance.choice(habits)
        return company.employees[step.who], step.app, step.method, step.path
    app, path = chance.choice(EVERYDAY)
    return chance.choice(others), app, "GET", path


async def _do(company: RunningCompany, employee: Employee, asked: tuple[str, str, str], chance: random.Random) -> None:
    app, method, path = asked
    url = company.url(app, path)
    if method != "GET" and app != LIMEN:
        await employee.browser.fetch(method, url)
        return
    page = await employee.browser.open(url)
    place = urlsplit(page.url).path
    if place == "/sign-in":
        await employee.sign_in()
        await employee.browser.open(url)
    elif place == "/step-up" and chance.random() > GIVE_UP_ODDS:
        await employee.prove_again(page.url)
        await employee.browser.open(url)
