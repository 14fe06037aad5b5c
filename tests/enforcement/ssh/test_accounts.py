from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.ssh.accounts import LONGEST, RESERVED, account_name, mark_of


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ida@harbor.example", "ida"),
        ("Ida.Quay@harbor.example", "ida-quay"),
        ("ida+home@harbor.example", "ida"),
        ("root@harbor.example", "root2"),
        ("007@harbor.example", "person-007"),
        ("@harbor.example", "person"),
        ("-rf@harbor.example", "rf"),
    ],
)
def test_a_name_is_made_of_the_address(email: str, name: str) -> None:
    assert account_name(email, ()) == name


@given(st.text(max_size=80), st.sets(st.sampled_from(["a", "ida", "ida2", "person"])))
def test_every_name_can_be_an_account_and_is_nobody_elses(email: str, taken: set[str]) -> None:
    name = account_name(email, taken)
    assert re.fullmatch(r"[a-z][a-z0-9_-]*", name)
    assert len(name) <= LONGEST
    assert name not in taken | RESERVED


def test_a_name_of_who_was_erased_is_nobody_elses() -> None:
    assert account_name("anna@harbor.example", {mark_of("anna"), mark_of("anna2")}) == "anna3"
    assert len(mark_of("anna")) == LONGEST
    assert "anna" not in mark_of("anna")
