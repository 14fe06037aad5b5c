"""The one account of a vendor's."""

from __future__ import annotations

from limen.facts import BrokeredAccount, SignsIn


def test_unless_said_otherwise_it_signs_in_by_a_form_and_is_changed_each_quarter() -> None:
    account = BrokeredAccount("orders", "one is sold")
    assert (account.signs_in, account.rotate_days, account.never) == (SignsIn.FORM, 90, ())
