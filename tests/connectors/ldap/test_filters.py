"""Filters: one whole, or none; and nothing of a value is ever read as more than a value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from ldap3.operation.search import parse_filter
from tests.dial import size

from limen.connectors.ldap.filters import LONGEST_FILTER, both, equals, equals_bytes, is_dn, is_filter


@pytest.mark.parametrize(
    "text",
    [
        "(objectClass=person)",
        "(&(objectClass=user)(!(memberOf=cn=robots,ou=groups,dc=harbor,dc=example)))",
        "(|(title=*Lead*)(title=Head of *))",
        "(mail=*)",
        "(cn=)",
        "(uSNChanged>=12)",
        "(cn~=vera)",
        "(memberOf:1.2.840.113556.1.4.1941:=cn=staff,dc=harbor)",
        "(ou:dn:=people)",
        "(cn;lang-de=Müller)",
        "(cn=a\\2ab\\28)",
        "(2.5.4.3=vera)",
    ],
)
def test_what_is_a_filter(text: str) -> None:
    assert is_filter(text)
    assert parse_filter(text, None, True, False, None, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail=*",
        "(mail=*",
        "(mail=*))",
        "(a=b)(c=d)",
        "(a=b))(|(c=d)",
        "(a=b))(|(c=d",
        "()",
        "(&)",
        "(!(a=b)(c=d))",
        "(!)",
        "((a=b))",
        "(a=(b)",
        "(a=b\\zz)",
        "(a=b\\)",
        "(a=\x00)",
        "(a=b\n)",
        " (a=b)",
        "(a>=b*)",
        "(a-ä=b)",
        "(&(a=b)" + "(!" * 20 + "(a=b)" + ")" * 21,
        "(&" + "(a=b)" * 500 + ")",
        f"(a={'b' * LONGEST_FILTER})",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_filter(text)


VALUE = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)


@given(VALUE)
@settings(max_examples=size(400))
def test_a_value_is_never_more_than_a_value(value: str) -> None:
    written = equals("mail", value)
    assert parse_filter(both("(objectClass=person)", written), None, True, False, None, False)
    inside = parse_filter(written, None, True, False, None, False)
    assert not inside.elements[0].elements
    assert written.count("(") == written.count(")") == 1


@given(st.text("()&|!=*\\ab2", max_size=24))
@settings(max_examples=size(2_000))
def test_what_is_taken_for_a_filter_is_balanced_and_ends_with_itself(text: str) -> None:
    if is_filter(text):
        depth = 0
        for at, sign in enumerate(text):
            depth += (sign == "(") - (sign == ")")
            assert (depth == 0) is (at == len(text) - 1)


def test_bytes_and_rules() -> None:
    assert equals_bytes("objectGUID", b"\x00a") == "(objectGUID=\\00\\61)"
    assert equals("memberOf", "cn=a\\, b", "1.2") == "(memberOf:1.2:=cn=a\\5c, b)"


@pytest.mark.parametrize(
    "text",
    ["dc=harbor", "ou=people,dc=harbor,dc=example", "OU=Büro, DC=harbor", "cn=Lind\\, Oscar,dc=harbor", "2.5.4.3=x"],
)
def test_what_is_a_name(text: str) -> None:
    assert is_dn(text)


@pytest.mark.parametrize("text", ["", "people", "ou=", "a=b,,c=d", "a=b;c=d", 'a="b"', "a=b\n", f"a={'b' * 2_000}"])
def test_what_is_no_name(text: str) -> None:
    assert not is_dn(text)
