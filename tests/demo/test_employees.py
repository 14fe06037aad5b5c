"""What a person of the demo can do, and what they are told when they can't."""

from __future__ import annotations

import pytest

from limen.demo.employees import NotDoneError
from limen.demo.running_company import RunningCompany


async def test_somebody_signs_out_and_in_again_with_passkey_or_code(company: RunningCompany) -> None:
    for who in ("oscar", "ewa"):
        employee = company.employees[who]
        await employee.sign_out()
        page = await employee.browser.open(company.url("limen", "/"))
        assert "/sign-in" in page.url
        await employee.sign_in()
        page = await employee.browser.open(company.url("limen", "/"))
        assert employee.who.name in page.text


async def test_a_passkey_that_limen_does_not_know_is_refused(company: RunningCompany) -> None:
    oscar, linh = company.employees["oscar"], company.employees["linh"]
    await oscar.sign_out()
    for credential in linh.passkey.credentials:
        credential.user_handle = b"somebody else"
    oscar.passkey = linh.passkey
    with pytest.raises(NotDoneError):
        await oscar.sign_in()


async def test_a_link_works_once(company: RunningCompany) -> None:
    people = company.limen.identity.people
    by = next(person.id for person in company.limen.known.people.values() if "administrators" in person.groups)
    link = await people.invite("Somebody New", "new@harbor.example", ("staff",), by=by)
    await company.employees["bram"].enrol(link.url)
    with pytest.raises((NotDoneError, KeyError)):
        await company.employees["karim"].enrol(link.url)
