"""Programs that nobody answers for, or whose secrets are old."""

from __future__ import annotations

from dataclasses import replace

from tests.access.service_accounts.test_model import account
from tests.company.unique_identities.test_pairs import ADA, NOW

from limen.access.service_accounts.model import OLD_SECRET, ServiceAccount
from limen.clock import DAY
from limen.company.unique_identities.model import Strength
from limen.company.unique_identities.programs import programs
from limen.company.unique_identities.reading import Held
from limen.identity.model import PersonStatus, Workload

BATCH = Workload(
    "w_1", "batch", frozenset(), frozenset({"wiki"}), True, ADA.person.id, "Sends the invoices", NOW + 200 * DAY
)


def of_workload(one: Workload, member: object = ADA) -> tuple[Strength, str] | None:
    found = list(programs(Held((member,), workloads=(one,)), NOW))  # type: ignore[arg-type]
    return (found[0].strength, " ".join(each.sign for each in found[0].evidence)) if found else None


def of_account(one: ServiceAccount) -> tuple[Strength, str] | None:
    found = list(programs(Held((ADA,), service_accounts=(one,)), NOW))
    return (found[0].strength, " ".join(each.sign for each in found[0].evidence)) if found else None


def test_a_workload_whose_terms_are_all_said_is_not_listed() -> None:
    assert of_workload(BATCH) is None
    assert of_workload(replace(BATCH, owner="", active=False)) is None


def test_what_is_missing_of_a_workload_is_listed() -> None:
    assert of_workload(replace(BATCH, owner="", purpose="")) == (Strength.STRONG, "owner purpose")
    assert of_workload(replace(BATCH, expires_at=NOW)) == (Strength.STRONG, "over")
    assert of_workload(replace(BATCH, expires_at=NOW + 30 * DAY)) == (Strength.MEDIUM, "ends")
    gone = replace(ADA, status=PersonStatus.INACTIVE)
    assert of_workload(BATCH, gone) == (Strength.MEDIUM, "owner-gone")


def test_what_is_missing_of_a_service_account_is_listed() -> None:
    claimed = {"owner": ADA.person.id, "until": NOW + DAY}
    assert of_account(account()) == (Strength.STRONG, "owner")
    assert of_account(account(**claimed)) is None
    assert of_account(account(owner=ADA.person.id, until=NOW)) == (Strength.STRONG, "over")
    assert of_account(account(owner="p_gone", until=NOW + DAY)) == (Strength.MEDIUM, "owner-gone")
    old = account(**claimed, secret_at=NOW - OLD_SECRET, secrets=1)
    assert of_account(old) == (Strength.MEDIUM, "old-secret never-expires")
    assert of_account(account(is_active=False)) is None
