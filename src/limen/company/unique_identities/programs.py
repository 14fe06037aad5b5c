"""Programs that nobody answers for: workloads of Limen, and accounts in directories that are no person's. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from limen.access.service_accounts.model import ServiceAccount
from limen.clock import DAY, Instant
from limen.company.unique_identities.model import Account, Evidence, Finding, Kind, Strength
from limen.company.unique_identities.reading import Held
from limen.identity.model import Member, PersonStatus, Workload

ENDS_SOON: Final = 30 * DAY
WORKLOADS: Final = "/console/workloads"
SERVICE_ACCOUNTS: Final = "/console/service-accounts"


def programs(held: Held, now: Instant) -> Iterator[Finding]:
    """Each with what is missing."""
    members = {one.person.id: one for one in held.members}
    for workload in held.workloads:
        evidence = tuple(_of_workload(workload, members, now)) if workload.active else ()
        if evidence:
            strength = Strength.STRONG if workload.is_over(now) or not workload.owner else Strength.MEDIUM
            account = Account(workload.id, workload.name, workload.purpose, f"{WORKLOADS}#{workload.id}")
            yield Finding(Kind.WORKLOAD, strength, (account,), evidence)
    for one in held.service_accounts:
        evidence = tuple(_of_service_account(one, members, now)) if one.is_active else ()
        if evidence:
            strength = Strength.MEDIUM if one.is_claimed(now) else Strength.STRONG
            account = Account(one.id, one.name, one.directory, f"{SERVICE_ACCOUNTS}#{one.id}")
            yield Finding(Kind.SERVICE_ACCOUNT, strength, (account,), evidence)


def _of_workload(one: Workload, members: Mapping[str, Member], now: Instant) -> Iterator[Evidence]:
    if not one.owner:
        yield Evidence("owner", "Nobody has said who answers for it")
    elif _is_gone(one.owner, members):
        yield Evidence("owner-gone", "Who answers for it is not active any more")
    if not one.purpose:
        yield Evidence("purpose", "Nobody has said what it is for")
    if one.is_over(now):
        yield Evidence("over", "It has reached its end, and opens nothing", one.expires_at)
    elif one.expires_at and one.expires_at - now <= ENDS_SOON:
        yield Evidence("ends", "It ends soon", one.expires_at)


def _of_service_account(one: ServiceAccount, members: Mapping[str, Member], now: Instant) -> Iterator[Evidence]:
    if not one.owner:
        yield Evidence("owner", "Nobody has claimed it")
    elif _is_gone(one.owner, members):
        yield Evidence("owner-gone", "Who answers for it is not active any more")
    elif now >= one.until:
        yield Evidence("over", "Its owner said it would be needed until", one.until)
    if one.has_old_secret(now):
        yield Evidence("old-secret", "Its secret is old; it was set", one.secret_at)
    if one.never_expires:
        yield Evidence("never-expires", "It has a secret that never expires")


def _is_gone(person_id: str, members: Mapping[str, Member]) -> bool:
    member = members.get(person_id)
    return member is None or member.status is not PersonStatus.ACTIVE
