"""What OpenVPN says, read."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.radius.limen_openvpn.hearing import Asked, Hearing, Present


def heard(*lines: str) -> list[Asked | Present]:
    one = Hearing()
    return [found for found in map(one.hear, lines) if found is not None]


def test_a_client_is_what_stands_between_its_head_and_the_end() -> None:
    lines = (">CLIENT:CONNECT,1,2", ">CLIENT:ENV,username=ida", ">CLIENT:ENV,n_clients=9", ">CLIENT:ENV,END")
    assert heard(*lines) == [Asked("CONNECT", "1", "2", {"username": "ida"})]
    assert heard(">CLIENT:DISCONNECT,7", ">CLIENT:ENV,END") == [Asked("DISCONNECT", "7")]


@pytest.mark.parametrize(
    "lines",
    [
        (">CLIENT:ENV,username=ida", ">CLIENT:ENV,END"),
        (">CLIENT:CONNECT,1", ">CLIENT:ENV,END"),
        (">CLIENT:CONNECT,1,x", ">CLIENT:ENV,END"),
        (">CLIENT:ADDRESS,1,2,3", ">CLIENT:ENV,END"),
        (">INFO:hello", "SUCCESS: x", ""),
    ],
)
def test_what_is_no_client_says_nothing(lines: tuple[str, ...]) -> None:
    assert heard(*lines) == []


@pytest.mark.parametrize("more", [["username=kim"], ["password"], ["IV_X=1"] * 1_001])
def test_of_what_is_said_twice_or_without_an_end_nothing_counts(more: list[str]) -> None:
    lines = [">CLIENT:CONNECT,1,2", *(f">CLIENT:ENV,{one}" for one in ("username=ida", *more, "END"))]
    assert heard(*lines) == [Asked("CONNECT", "1", "2")]


def test_what_comes_after_the_end_changes_nothing_of_who_is_decided_on() -> None:
    lines = [">CLIENT:CONNECT,1,2", ">CLIENT:ENV,username=ida", ">CLIENT:ENV,END", ">CLIENT:ENV,username=kim"]
    assert heard(*lines) == [Asked("CONNECT", "1", "2", {"username": "ida"})]


@given(st.lists(st.text(st.sampled_from(">CLIENT:ENV,=HEADER_LIST\t12ab"), max_size=40), max_size=20))
def test_whatever_it_says_is_read(lines: list[str]) -> None:
    heard(*lines)
