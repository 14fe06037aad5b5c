"""I8: nobody shares an account; where a vendor gives only one, Limen signs each person in with it by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.company.unique_identities.listing import Listed
from limen.company.unique_identities.model import Finding, Kind
from limen.identity.model import Choice, Member, PersonStatus
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import Brokered
from limen.roadmap.identity.rows import of_app, of_person
from limen.roadmap.model import Control, Part, Phase, Row

_WHY: Final = {
    Kind.SHARED_USE: "in use at two places at once",
    Kind.TWO_ACCOUNTS: "seems to be in one hand with another account",
    Kind.NO_PERSONS_NAME: "called like no person",
}


def measure(evidence: Evidence) -> Iterator[Part]:
    found, brokered = evidence.identity.accounts, evidence.identity.brokered
    missing = "The accounts could not be looked at in the database"
    yield Part(
        "accounts that one person uses alone",
        (*_accounts(evidence, found), *_vendors(evidence, brokered or ())),
        missing="" if found is not None and brokered is not None else missing,
    )


def _accounts(evidence: Evidence, found: Listed | None) -> Iterator[Row]:
    against: dict[str, Kind] = {}
    for one in () if found is None else found.findings:
        if one.kind in _WHY and not _is_settled(one):
            against.update(dict.fromkeys((account.id for account in one.accounts), one.kind))
    yield from (_row(one, against.get(one.person.id)) for one in evidence.members if _counts(one))
    for kind, count in {} if found is None else found.left_out.items():
        if kind in _WHY:
            why = f"{_WHY[kind]}, like too many others to be listed"
            yield Row(f"left-out {kind}", "further accounts", False, why, "/console/identities", count)


def _is_settled(one: Finding) -> bool:
    """Somebody looked, and it is one person after all. That it stays as it is for a while settles nothing."""
    return one.decision is not None and one.decision.choice == Choice.ONE_PERSON


def _counts(one: Member) -> bool:
    return one.status is not PersonStatus.INACTIVE


def _row(one: Member, kind: Kind | None) -> Row:
    return of_person(one.person, "" if kind is None else _WHY[kind])


def _vendors(evidence: Evidence, brokered: tuple[Brokered, ...]) -> Iterator[Row]:
    """Every app with a shared account, whether or not anything is known of its use."""
    by_app, people = {one.app: one for one in brokered}, {one.person.id for one in evidence.members}
    for app in evidence.apps.values():
        if app.account is not None:
            yield of_app(app, _why(by_app.get(app.id), people))


def _why(one: Brokered | None, people: set[str]) -> str:
    if one is None or not one.is_stored:
        return "Limen does not hold the password, so people have to know it"
    unnamed = sum(count for person, count in one.used_by.items() if person not in people)
    return f"{unnamed} sign-ins were nobody's by name" if unnamed else ""


CONTROL: Final = Control(
    id="I8",
    phase=Phase.IDENTITY,
    title="No shared accounts",
    demands="Every account has one user, and a vendor's only account is used by name through Limen.",
    figure="accounts with no open sign of being shared, and vendors' accounts each of whose uses has a name",
    closes="It is all of them.",
    why="What was done with a shared account was done by nobody, and its password leaves with everyone who knew it.",
    how="Decide each finding on the page of identities, and have Limen hold the passwords of vendors' accounts.",
    page="/console/identities",
    minutes=45,
    weight=4,
    measure=measure,
)
