from __future__ import annotations

from limen.access.service_accounts.kinds import KINDS


def test_who_answers_for_one_is_told() -> None:
    assert {one.name for one in KINDS if one.told} == {"service_account.claimed", "service_account.released"}
