from __future__ import annotations

from tests.company.unique_identities.test_pairs import ADA

from limen.company.unique_identities.whose import account_of


def test_an_account_leads_to_its_page() -> None:
    assert account_of(ADA).page == f"/console/people/{ADA.person.id}"
