"""D10: nobody works every day as an administrator of their computer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from limen.devices.model import Check
from limen.devices.observed import Administrators
from limen.identity.model import Member, PersonStatus
from limen.roadmap.devices.resting import judged_at
from limen.roadmap.devices.seen import WorkDevice, devices
from limen.roadmap.devices.silence import missing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row


def measure(evidence: Evidence) -> Iterator[Part]:
    computers: defaultdict[str, list[WorkDevice]] = defaultdict(list)
    for one in devices(evidence.devices, evidence.at):
        if one.is_computer:
            computers[one.owner].append(one)
    members = {one.person.id: one for one in evidence.members}
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for member in evidence.members:
        if member.status is PersonStatus.ACTIVE:
            accounts[_account(member)].add(member.person.id)
    yield Part(
        "people who administer none of their computers",
        tuple(_row(evidence, members, accounts, owner, mine) for owner, mine in sorted(computers.items())),
        grade=Grade.MEASURED,
        missing=missing(evidence.devices, evidence.at),
    )


def _row(
    evidence: Evidence,
    members: Mapping[str, Member],
    accounts: Mapping[str, set[str]],
    owner: str,
    computers: list[WorkDevice],
) -> Row:
    whys = sorted({why for one in computers if (why := _why(evidence, one, owner, accounts))})
    member = members.get(owner)
    name = member.person.name if member is not None else owner or "nobody knows whose"
    page = f"/console/people/{owner}" if member is not None else "/console/devices/seen"
    return Row(owner or "nobody", name, not whys, "; ".join(whys), page, is_personal=True)


def _why(evidence: Evidence, device: WorkDevice, owner: str, accounts: Mapping[str, set[str]]) -> str:
    """Which account somebody works in no agent says. So whatever account is not known to be another person's may be.

    No account is named: what is missing is told also where names are not.
    """
    told = _told(evidence, device)
    if told is None:
        return "nothing tells who administers a computer of theirs"
    if told.count != len(told.names):
        return f"{told.count} accounts administer a computer of theirs, and not all are told"
    unknown = {owner}
    doubtful = [name for name in told.names if owner in accounts.get(name.casefold(), unknown)]
    return f"{len(doubtful)} accounts that may be theirs administer a computer of theirs" if doubtful else ""


def _told(evidence: Evidence, device: WorkDevice) -> Administrators | None:
    posture = device.held.posture if device.held is not None else None
    if posture is None or judged_at(evidence, device) is None:
        return None
    check: Check | None = posture.checks.get("administrators")
    return check.observed if check is not None and isinstance(check.observed, Administrators) else None


def _account(member: Member) -> str:
    """What accounts of people are mostly called: as their email address before the @."""
    return member.person.email.partition("@")[0].casefold()


CONTROL: Final = Control(
    id="D10",
    phase=Phase.DEVICES,
    title="No everyday local administrators",
    demands="The account that somebody works in every day does not administer their computer.",
    figure="people with a computer, on none of whose computers an account may administer that could be their own",
    closes="It is all of them.",
    why="Malware that runs as an administrator switches off whatever watches it.",
    how="Take people out of the group of administrators, and keep the built-in account, or one of somebody else's.",
    page="/console/devices",
    minutes=180,
    is_must=False,
    weight=3,
    measure=measure,
)
