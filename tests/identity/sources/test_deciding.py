from __future__ import annotations

from datetime import date

import msgspec
import pytest
from tests.identity.sources.conftest import HR, said

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.sources.deciding import Here, Step, language_of, step
from limen.identity.sources.model import Source, SourcePerson, Waits
from limen.identity.sources.store import Record
from limen.policy.roles import ROLES

EVE = said("Eve")


def here(*groups: str, status: PersonStatus = PersonStatus.ACTIVE, has_role: bool = False) -> Here:
    person = Person("p_eve", "Eve", EVE.email, groups=frozenset(groups))
    return Here(person, status, "", None, has_role)


def decided(
    told: SourcePerson, of: Here, source: Source = HR, *, is_there: bool = True, is_ended: bool = False
) -> Step:
    record = Record(source.id, told.external_id, told, "p_eve", is_there=is_there, is_ended=is_ended)
    return step(record, [record], of, [source], ROLES)


def test_nothing_is_to_do_for_who_is_as_they_should_be() -> None:
    assert decided(EVE, here("staff", "chess")) == Step()


@pytest.mark.parametrize(("is_active", "is_there"), [(False, True), (True, False)])
def test_who_is_inactive_or_gone_is_ended_and_nothing_else_is_done(is_active: bool, is_there: bool) -> None:
    told = msgspec.structs.replace(EVE, is_active=is_active, name="Other")
    assert decided(told, here("staff", "sales"), is_there=is_there) == Step(ends=True)
    gone = here("staff", status=PersonStatus.INACTIVE)
    assert decided(told, gone, is_there=is_there) == Step()


def test_who_breaks_glass_is_ended_by_no_source() -> None:
    assert decided(EVE, here("break-glass"), is_there=False) == Step(waits=Waits.HAS_ROLE)


def test_the_address_of_who_has_a_role_is_changed_by_no_source() -> None:
    told = msgspec.structs.replace(EVE, email="eva@harbor.example", name="Eva")
    assert decided(told, here("staff"), HR).email == "eva@harbor.example"
    assert decided(told, here("staff", has_role=True)) == Step(name="Eva", waits=Waits.HAS_ROLE)


def test_only_who_a_source_ended_comes_back_by_one() -> None:
    gone = here("staff", status=PersonStatus.INACTIVE)
    assert decided(EVE, gone) == Step(waits=Waits.DEACTIVATED_HERE)
    assert decided(EVE, gone, is_ended=True) == Step(returns=True)
    assert decided(EVE, here("staff", status=PersonStatus.SUSPENDED)) == Step()


def test_a_source_that_owns_nothing_changes_nothing() -> None:
    told = SourcePerson(
        "x", "other@harbor.example", "Other", is_active=False, last_day=date(2026, 12, 18), language="de"
    )
    assert decided(told, here("staff", "sales"), msgspec.structs.replace(HR, owns=frozenset())) == Step()


@pytest.mark.parametrize(("said_", "language"), [("de-AT", "de"), ("en_US", "en"), ("fr", ""), ("", "")])
def test_languages_are_those_that_there_are(said_: str, language: str) -> None:
    assert language_of(said("Eve", language=said_)) == language
