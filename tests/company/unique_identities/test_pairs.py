"""Two accounts in one hand: which signs add up, and what colleagues have in common by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.clock import DAY
from limen.company.unique_identities.model import Strength
from limen.company.unique_identities.pairs import name_of, two_accounts
from limen.company.unique_identities.reading import Held
from limen.devices.inventory.model import SeenBrowser
from limen.devices.model import EnrolledDevice, KeyStorage, Platform
from limen.facts import Person
from limen.identity.model import Member, PersonStatus
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record

NOW = 1_800_000_000_000


def member(name: str, email: str = "", status: PersonStatus = PersonStatus.ACTIVE) -> Member:
    id_ = f"p_{email or name}".replace(" ", "")
    return Member(Person(id_, name, email or f"{id_}@harbor.example"), status, NOW - 400 * DAY, NOW - 400 * DAY)


ADA, BEN = member("Ada Berg", "ada@harbor.example"), member("Ben Cole", "ben@harbor.example")
LAPTOP = EnrolledDevice("d_1", ADA.person.id, "ada-laptop", Platform.LINUX, KeyStorage.TPM, True, NOW)


def pair(one: Member, other: Member, **held: Any) -> tuple[Strength, str] | None:
    found = list(two_accounts(Held((one, other), **held)))
    assert len(found) <= 1
    return (found[0].strength, " ".join(sign.sign for sign in found[0].evidence)) if found else None


def test_one_authenticator_for_two_is_strong() -> None:
    both = frozenset({ADA.person.id, BEN.person.id})
    assert pair(ADA, BEN, same_seed=(both,)) == (Strength.STRONG, "seed")


def test_one_mailbox_for_two_is_strong() -> None:
    assert pair(ADA, member("Ada Two", "ada+two@harbor.example")) == (Strength.STRONG, "mailbox")


def test_one_employee_number_for_two_is_strong() -> None:
    said = [SourcePerson("7", "", "", employee_number="A-17"), SourcePerson("8", "", "", employee_number="a-17 ")]
    records = {
        one.person.id: [Record("hr", each.external_id, each, one.person.id)]
        for one, each in zip((ADA, BEN), said, strict=True)
    }
    assert pair(ADA, BEN, sources=records) == (Strength.STRONG, "number")
    gone = {name: [replace(one, is_there=False) for one in several] for name, several in records.items()}
    assert pair(ADA, BEN, sources=gone) is None


def test_a_device_of_another_is_medium() -> None:
    seen = SeenBrowser("b", BEN.person.id, "Firefox", "linux", NOW, NOW, "d_1")
    assert pair(ADA, BEN, seen=(seen,), devices={"d_1": LAPTOP}) == (Strength.MEDIUM, "device")
    own = SeenBrowser("b", ADA.person.id, "Firefox", "linux", NOW, NOW, "d_1")
    assert pair(ADA, BEN, seen=(own,), devices={"d_1": LAPTOP}) is None


def test_a_colleagues_desk_is_nothing_and_with_the_same_name_something() -> None:
    browsers = ({ADA.person.id: NOW, BEN.person.id: NOW},)
    assert pair(ADA, BEN, browsers=browsers) is None
    other = member("Berg, Ada", "ada.berg@harbor.example")
    browsers = ({ADA.person.id: NOW, other.person.id: NOW},)
    assert pair(ADA, other, browsers=browsers) == (Strength.MEDIUM, "browser name")


def test_namesakes_are_a_weak_hint() -> None:
    assert pair(ADA, member("ADA BERG", "a.berg@harbor.example")) == (Strength.WEAK, "name")


def test_who_is_deactivated_has_no_second_account() -> None:
    assert pair(ADA, member("Ada Berg", "ada+old@harbor.example", PersonStatus.INACTIVE)) is None


def test_what_many_have_in_common_tells_of_no_two() -> None:
    several = tuple(member("Ada Berg", f"ada+{n}@harbor.example") for n in range(9))
    assert not list(two_accounts(Held(several, browsers=({one.person.id: NOW for one in several},))))


@pytest.mark.parametrize(
    ("one", "same"), [("Müller, Ada", "ada muller"), ("Ada  Müller", "ada muller"), ("Ada", ""), ("李 明", "明 李")]
)
def test_names_are_compared_without_accents_case_and_order(one: str, same: str) -> None:
    assert name_of(one) == same
