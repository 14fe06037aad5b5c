"""I1: every account is one living person's, or a program's that somebody answers for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.clock import Instant
from limen.company.unique_identities.reading import Held
from limen.identity.model import Member, PersonStatus
from limen.identity.sources.store import Record
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.rows import of_person, page_of
from limen.roadmap.model import Control, Grade, Part, Phase, Row

_SOURCES: Final = "/console/people/sources"


def measure(evidence: Evidence) -> Iterator[Part]:
    held = evidence.identity.held
    yield Part(
        "accounts that are one living person's, or a program's with an owner",
        () if held is None else tuple(_rows(held, evidence.at)),
        grade=Grade.IMPORTED,
        missing=lists_missing(evidence),
    )


def lists_missing(evidence: Evidence) -> str:
    """What is silent of what others say who is there; "" where nothing is."""
    if evidence.identity.held is None:
        return "The accounts could not be read from the database"
    lists = evidence.identity.sources
    if not lists:
        return "Connect a list of people that somebody else keeps, a directory or SCIM, in people.yaml"
    silent = [one.id for one in lists if one.is_silent(evidence.at)]
    return f"Mend the connection to {', '.join(silent)}: it was not read for a day" if silent else ""


def _rows(held: Held, now: Instant) -> Iterator[Row]:
    members = {one.person.id: one for one in held.members}
    for member in held.members:
        if member.status is not PersonStatus.INACTIVE:
            yield of_person(member.person, _why_unmatched(held.sources.get(member.person.id, ())))
    for record in held.of_nobody:
        name, why = record.said.name or record.external_id, f"{record.source} names them, and nobody here is them"
        yield Row(f"{record.source} {record.external_id}", name, False, why, _SOURCES, is_personal=True)
    yield from _elsewhere(held, members)
    yield from _programs(held, members, now)


def _why_unmatched(records: list[Record] | tuple[Record, ...]) -> str:
    if not records:
        return "on no list of a connected source"
    if not any(one.is_there for one in records):
        return "on no list any more"
    return "" if any(one.is_there and one.said.is_active for one in records) else "their source says they have left"


def _elsewhere(held: Held, members: Mapping[str, Member]) -> Iterator[Row]:
    """Accounts at issuers, on hosts and at apps."""
    for one in held.at_issuers:
        yield _linked(f"{one.issuer} {one.subject}", f"{one.subject} at {one.issuer}", one.person_id, members)
    for person_id, name in sorted(held.hosts.items()):
        yield _linked(f"host {name}", f"{name} on hosts", person_id, members)
    for stranger in held.strangers:
        id_, why = f"{stranger.app} {stranger.remote_id}", "nobody here has this account"
        yield Row(id_, f"{stranger.user_name} at {stranger.app}", False, why, "/console/provisioning", is_personal=True)


def _linked(id_: str, name: str, person_id: str, members: Mapping[str, Member]) -> Row:
    member = members.get(person_id)
    is_gone = member is None or member.status is PersonStatus.INACTIVE
    page = "/console/identities" if member is None else page_of(person_id)
    return Row(id_, name, not is_gone, "whose it was has left" if is_gone else "", page, is_personal=True)


def _programs(held: Held, members: Mapping[str, Member], now: Instant) -> Iterator[Row]:
    for one in held.workloads:
        if one.active:
            is_owned = _is_active(one.owner, members) and bool(one.purpose) and not one.is_over(now)
            yield _program(one.id, one.name, "/console/workloads", is_owned=is_owned)
    for account in held.service_accounts:
        if account.is_active:
            is_owned = account.is_claimed(now) and _is_active(account.owner, members)
            yield _program(account.id, account.name, "/console/service-accounts", is_owned=is_owned)


def _program(id_: str, name: str, page: str, *, is_owned: bool) -> Row:
    return Row(id_, name, is_owned, "" if is_owned else "nobody who is active answers for it now", page)


def _is_active(person_id: str, members: Mapping[str, Member]) -> bool:
    member = members.get(person_id)
    return member is not None and member.status is PersonStatus.ACTIVE


CONTROL: Final = Control(
    id="I1",
    phase=Phase.IDENTITY,
    title="Every account is known",
    demands="Every account belongs to one living person, or to a program that somebody answers for.",
    figure="accounts that match one person of a connected list, or a program with an active owner",
    closes="It is all of them.",
    why="An account that nobody answers for is used by whoever finds it, and nobody notices.",
    how="Connect your directory as a source of people, then settle what it finds on the page of identities.",
    page="/console/identities",
    minutes=60,
    weight=4,
    measure=measure,
)
