"""Somebody of Harbor who can sign in both ways: with a passkey, and with a password and a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.demo.employees import PASSWORD, Employee
from limen.demo.running_company import RunningCompany
from limen.facts import Session
from limen.identity.model import Visitor
from limen.opaque import new_token

_BROWSER: Final = "Harbor demo"


async def other_way(company: RunningCompany, employee: Employee, session: Session) -> Employee:
    """The same person with the factor that they did not enrol with, added in the sign-in they enrolled by.

    Raises LimenError.
    """
    factors = company.limen.identity.factors
    at_browser = Visitor(employee.browser.address, _BROWSER, new_token())
    is_passkey = employee.who.factor != "passkey"
    who = replace(employee.who, factor="passkey" if is_passkey else "password_and_code")
    other = Employee(who, company.network.browser(employee.browser.address), employee.home, employee.now)
    if is_passkey:
        options = await factors.passkey_options(session, at_browser)
        await factors.add_passkey(session, at_browser, other.passkey.create(options))
        return other
    offered = await factors.code_offer(session, at_browser)
    other.seed = offered.seed.replace(" ", "")
    await factors.set_code(session, at_browser, other.code(), offered.ticket)
    await factors.set_password(session, at_browser, PASSWORD)
    return other
