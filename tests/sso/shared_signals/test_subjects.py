from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from limen.sso.shared_signals import subjects
from limen.sso.shared_signals.subjects import (
    MOST_ALIASES,
    Account,
    Aliases,
    Complex,
    Did,
    Email,
    IssSub,
    JwtId,
    Opaque,
    PhoneNumber,
    SamlAssertionId,
    Subject,
    SubjectError,
    Uri,
)

ANNA = IssSub("https://id.harbor.example", "p_1")
DEEP: dict[str, Any] = {"format": "complex"}
for _ in range(2000):
    DEEP = {"format": "complex", "user": DEEP}

values = st.text(min_size=1, max_size=50)
plain = st.one_of(
    st.builds(Account, values),
    st.builds(Email, values),
    st.builds(IssSub, values, values),
    st.builds(Opaque, values),
    st.builds(PhoneNumber, values),
    st.builds(Did, values),
    st.builds(Uri, values),
    st.builds(JwtId, values, values),
    st.builds(SamlAssertionId, values, values),
)
simple = plain | st.builds(Aliases, st.lists(plain, min_size=1, max_size=3).map(tuple))
complex_ones = st.builds(Complex, user=simple, device=st.none() | simple, session=st.none() | simple)


@given(simple | complex_ones)
def test_what_is_written_is_read_again(subject: Subject) -> None:
    assert subjects.read(subjects.written(subject)) == subject


def test_each_stands_as_the_rfc_has_it() -> None:
    assert subjects.written(Email("anna@harbor.example")) == {"format": "email", "email": "anna@harbor.example"}
    assert subjects.written(Complex(user=ANNA, session=Opaque("s"))) == {
        "format": "complex",
        "user": {"format": "iss_sub", "iss": "https://id.harbor.example", "sub": "p_1"},
        "session": {"format": "opaque", "id": "s"},
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        "anna@harbor.example",
        [],
        {},
        {"format": "email"},
        {"format": "email", "email": ""},
        {"format": "email", "email": 7},
        {"format": "email", "email": "a" * 2000},
        {"format": "email", "email": "a@b.example", "iss": "more"},
        {"format": "no_such", "id": "a"},
        {"email": "a@b.example"},
        {"format": "complex"},
        {"format": "complex", "robot": {"format": "opaque", "id": "a"}},
        {"format": "complex", "user": "anna"},
        {"format": "aliases", "identifiers": []},
        {"format": "aliases", "identifiers": [{"format": "opaque", "id": "a"}] * (MOST_ALIASES + 1)},
        {"format": "aliases", "identifiers": [{"format": "aliases", "identifiers": []}]},
        DEEP,
    ],
)
def test_what_is_no_subject_is_refused(value: object) -> None:
    with pytest.raises(SubjectError):
        subjects.read(value)


def test_members_that_are_not_known_are_passed_over() -> None:
    value = {"format": "complex", "user": subjects.written(ANNA), "robot": {"format": "opaque", "id": "r"}}
    assert subjects.read(value) == Complex(user=ANNA)


def test_an_address_is_the_same_in_whatever_case_and_an_id_is_not() -> None:
    assert subjects.key(Email("Anna@Harbor.example")) == subjects.key(Email("anna@harbor.example"))
    assert subjects.key(Opaque("A")) != subjects.key(Opaque("a"))


def test_the_person_is_named_by_every_alias() -> None:
    both = Aliases((ANNA, Email("anna@harbor.example")))
    assert subjects.user_of(both) == subjects.user_of(Complex(user=both, device=Opaque("d"))) == both.identifiers
    assert subjects.user_of(ANNA) == (ANNA,)
    assert subjects.user_of(Complex(device=Opaque("d"))) == subjects.user_of(None) == ()
