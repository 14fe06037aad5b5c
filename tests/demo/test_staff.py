"""What a person of the demo can do, and what they are told when they can't."""

from __future__ import annotations

import pytest

from limen.demo.staff import NotDoneError
from limen.demo.town import Town


async def test_somebody_signs_out_and_in_again_with_passkey_or_code(town: Town) -> None:
    for who in ("oscar", "ewa"):
        employee = town.employees[who]
        await employee.sign_out()
        page = await employee.browser.open(town.url("limen", "/"))
        assert "/sign-in" in page.url
        await employee.sign_in()
        page = await employee.browser.open(town.url("limen", "/"))
        assert employee.who.name in page.text


async def test_a_passkey_that_limen_does_not_know_is_refused(town: Town) -> None:
    oscar, linh = town.employees["oscar"], town.employees["linh"]
    await oscar.sign_out()
    for credential in linh.passkey.credentials:
        credential.user_handle = b"somebody else"
    oscar.passkey = linh.passkey
    with pytest.raises(NotDoneError):
        await oscar.sign_in()


async def test_a_link_works_once(town: Town) -> None:
    people = town.limen.identity.people
    by = next(person.id for person in town.limen.known.people.values() if "administrators" in person.groups)
    link = await people.invite("Somebody New", "new@harbor.example", ("staff",), by=by)
    await town.employees["bram"].enrol(link.url)
    with pytest.raises((NotDoneError, KeyError)):
        await town.employees["karim"].enrol(link.url)
