"""One account: in two hands, in none, or called like no person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.company.unique_identities.test_pairs import ADA, BEN, NOW, member

from limen.clock import DAY
from limen.company.unique_identities.model import Finding, Kind, Strength
from limen.company.unique_identities.reading import Held
from limen.company.unique_identities.single import NEVER_AFTER, UNUSED_AFTER, names_no_person, single_accounts
from limen.identity.model import PersonStatus
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record
from limen.identity.store.issuer_accounts import IssuerAccount
from limen.monitor.alerts.findings import Finding as Found
from limen.monitor.detections.hit import Level
from limen.monitor.detections.shared_accounts.shared_accounts import ABOUT
from limen.sso.provisioning.store import Difference, DifferenceKind

USED = {ADA.person.id: NOW, BEN.person.id: NOW}


def found_at(at: int, level: Level = Level.MEDIUM, released_at: int = 0) -> Found:
    says: dict[str, str | int] = {"one": "Vienna (Chrome)", "other": "Lisbon (Edge)", "km": 2_000, "signs": "apart"}
    hit = ABOUT.hit(f"h{at}", at, f"person:{ADA.person.id}", says, level=level, person_id=ADA.person.id)
    return Found(hit, "al_1", ("person", ADA.person.id), at, True, released_at=released_at)


def kinds(held: Held) -> list[tuple[Kind, Strength]]:
    return [(one.kind, one.strength) for one in single_accounts(held, NOW)]


def test_days_on_which_two_used_it_are_its_evidence() -> None:
    (one,) = single_accounts(Held((ADA, BEN), USED, shared_use=(found_at(NOW), found_at(NOW - DAY))), NOW)
    assert isinstance(one, Finding)
    assert (one.kind, one.strength, one.at) == (Kind.SHARED_USE, Strength.STRONG, NOW)
    assert [each.alert_id for each in one.evidence] == ["al_1", "al_1"]
    assert "Lisbon" in one.evidence[0].text


def test_what_a_terminal_server_could_be_is_medium_and_what_was_judged_false_is_nothing() -> None:
    quiet = (found_at(NOW, Level.INFORMATIONAL), found_at(NOW - DAY, Level.INFORMATIONAL))
    assert kinds(Held((ADA,), USED, shared_use=quiet)) == [(Kind.SHARED_USE, Strength.MEDIUM)]
    assert not kinds(Held((ADA,), USED, shared_use=(found_at(NOW, released_at=NOW),)))


def test_accounts_that_nobody_uses() -> None:
    invited = replace(member("Cy Dunn"), status=PersonStatus.INVITED, created_at=NOW - NEVER_AFTER, enrolled_at=0)
    assert kinds(Held((invited,))) == [(Kind.NEVER_USED, Strength.MEDIUM)]
    assert not kinds(Held((replace(invited, created_at=NOW - NEVER_AFTER + 1),)))
    assert kinds(Held((ADA,), {ADA.person.id: NOW - UNUSED_AFTER})) == [(Kind.NEVER_USED, Strength.MEDIUM)]
    assert not kinds(Held((ADA,), USED))


def test_what_is_linked_to_nobody_who_is_here() -> None:
    gone = replace(ADA, status=PersonStatus.INACTIVE)
    linked = (
        IssuerAccount("https://id.example", "7", ADA.person.id, 0, 5),
        IssuerAccount("https://id.example", "8", "p_x", 0),
    )
    held = Held((gone, BEN), USED, at_issuers=linked, hosts={ADA.person.id: "ada", BEN.person.id: "ben"})
    assert kinds(held) == [(Kind.HOLDER_GONE, Strength.MEDIUM)] * 3


def test_accounts_at_apps_that_nobody_here_has() -> None:
    stranger = Difference(
        app="wiki", kind=DifferenceKind.STRANGER, remote_id="9", user_name="old.temp", found_at=NOW - DAY
    )
    (one,) = single_accounts(Held((), strangers=(stranger,)), NOW)
    assert (one.kind, one.accounts[0].name, one.evidence[0].sign, one.at) == (
        Kind.UNMATCHED,
        "old.temp",
        "stranger",
        NOW - DAY,
    )


def test_whom_a_source_names_and_nobody_here_is() -> None:
    record = Record("hr", "7", SourcePerson("7", "cy@harbor.example", "Cy Dunn"), waits="address-taken")
    (one,) = single_accounts(Held((), of_nobody=(record,)), NOW)
    assert (one.kind, one.accounts[0].address, one.evidence[0].sign) == (
        Kind.UNMATCHED,
        "cy@harbor.example",
        "address-taken",
    )


@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("Harbor Info", "info@harbor.example", ["info"]),
        ("Scanner 2", "mfp2@harbor.example", ["scanner"]),
        ("Reception Vienna", "reception.vienna@harbor.example", ["reception"]),
        ("Büro", "b1@harbor.example", ["büro"]),
        ("Steve Jobs", "steve.jobs@harbor.example", []),
        ("Ada Berg", "ada@harbor.example", []),
        ("Amin Admiral", "admiral@harbor.example", []),
        ("", "", []),
    ],
)
def test_names_that_are_no_persons(name: str, email: str, words: list[str]) -> None:
    assert names_no_person(name, email) == words
