"""Everything that may pass although rules say otherwise, in a real Limen: listed together, ended together."""

from __future__ import annotations

import hashlib
import json

import pytest
from tests.data.excepted import DIGEST, VALUE, except_three, exceptions_of
from tests.data.findings.noted import findings_of
from tests.web.conftest import House, house

from limen.clock import DAY
from limen.data.doors.quarantine import Quarantine
from limen.data.exceptions import ExceptionKind

__all__ = ["house"]


async def test_all_three_are_listed_and_what_ends_first_comes_first(house: House) -> None:
    event = await except_three(house, "p1")
    every = await exceptions_of(house).every()
    assert [(one.what, one.where, one.person_id, one.why, one.event) for one in every] == [
        (ExceptionKind.VALUE, "payment-card", "", "order numbers", ""),
        (ExceptionKind.DOCUMENT, "wiki", "p1", "", event),
        (ExceptionKind.FILE, "sales", "", "", event),
    ]
    assert [one.until for one in every] == sorted(one.until for one in every)
    house.clock.forward(DAY)
    assert [one.what for one in await exceptions_of(house).every()] == [ExceptionKind.DOCUMENT, ExceptionKind.FILE]


async def test_what_is_ended_counts_no_more_and_that_is_an_event(house: House) -> None:
    await except_three(house, "p1")
    every = {one.what: one.id for one in await exceptions_of(house).every()}
    assert await exceptions_of(house).end(["dx_none"], by="ada") == 0
    assert len(await exceptions_of(house).every()) == 3
    assert await exceptions_of(house).end([every[ExceptionKind.VALUE], "dx_none"], by="ada") == 1
    assert {one.id for one in await exceptions_of(house).every()} == set(every.values()) - {every[ExceptionKind.VALUE]}
    assert findings_of(house).is_excepted("p1", "wiki", DIGEST)
    assert await exceptions_of(house).end([every[ExceptionKind.DOCUMENT], every[ExceptionKind.FILE]], by="ada") == 2
    assert not findings_of(house).is_excepted("p1", "wiki", DIGEST)
    assert await exceptions_of(house).every() == []
    (values,), (documents,) = house.events("data.value_allowed_ended"), house.events("data.exception_ended")
    assert (values.actor, values.details["values"]) == ("ada", 1)
    assert (documents.actor, documents.details["documents"]) == ("ada", 2)
    assert VALUE.decode() not in json.dumps([dict(one.details) for one in (values, documents)])


async def test_nothing_has_ended_where_that_cannot_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await except_three(house, "p1")
    every = await exceptions_of(house).every()

    def fail(*_: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Quarantine, "end_released", fail)
    with pytest.raises(OSError, match="no"):
        await exceptions_of(house).end([one.id for one in every], by="ada")
    assert await exceptions_of(house).every() == every
    assert house.events("data.exception_ended") == []
    assert findings_of(house).is_excepted("p1", "wiki", DIGEST)


async def test_an_id_says_nothing_of_what_may_pass(house: House) -> None:
    await except_three(house, "p1")
    said = " ".join(one.id for one in await exceptions_of(house).every())
    for known in (DIGEST.hex(), hashlib.sha256(b"secret").hexdigest()[:16], VALUE.decode()):
        assert known not in said
