from __future__ import annotations

from limen.events.account_kinds import ACCOUNT_KINDS
from limen.events.kind import Owner


def test_what_others_did_to_an_account_is_of_office_and_ones_own_factors_are_not() -> None:
    assert {kind.name for kind in ACCOUNT_KINDS if kind.topic.owner is Owner.OFFICE} == {
        *("person.invited", "person.changed", "person.looked_at", "person.erased"),
        *("identity.decided", "identity.reopened", "workload.described", "workload.expired"),
        *("workload.added", "workload.token_issued", "workload.revoked", "workload.refused"),
    }
    assert Owner.LIMEN not in {kind.topic.owner for kind in ACCOUNT_KINDS}


def test_of_what_strangers_can_cause_one_tells_for_all() -> None:
    assert [kind.name for kind in ACCOUNT_KINDS if kind.by_strangers] == [
        "link.refused",
        "recovery.refused",
        "workload.refused",
    ]
