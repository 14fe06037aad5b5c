"""Whether two accounts are in one hand."""

from __future__ import annotations

import pytest

from limen.access.same_person import are_one, is_on_their_device, mailbox
from limen.facts import Person


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("oscar@harbor.example", "Oscar+two@Harbor.example", True),
        ("oscar@harbor.example", "oscar@other.example", False),
        ("oscar@harbor.example", "oskar@harbor.example", False),
        ("osc.ar@gmail.com", "oscar@googlemail.com", True),
        ("osc.ar@harbor.example", "oscar@harbor.example", False),
    ],
)
def test_a_mailbox_is_told_from_its_aliases(one: str, other: str, is_same: bool) -> None:
    assert (mailbox(one) == mailbox(other)) is is_same
    assert are_one(Person("a", email=one), Person("b", email=other)) is is_same


def test_an_account_is_itself_and_no_address_is_no_mailbox() -> None:
    assert are_one(Person("a"), Person("a"))
    assert not are_one(Person("a"), Person("b"))


def test_a_device_is_theirs_where_it_was_asked_on_or_belongs_to_them() -> None:
    assert is_on_their_device("d1", "", "d1", "oscar")
    assert is_on_their_device("d2", "oscar", "d1", "oscar")
    assert not is_on_their_device("d2", "farid", "d1", "oscar")
    assert not is_on_their_device("", "", "", "oscar")
