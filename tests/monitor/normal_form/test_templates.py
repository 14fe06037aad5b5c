"""Lines are matched in one pass, from both ends, whatever strangers wrote in between."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.monitor.normal_form.templates import Line, closing, pairs

FAILED = Line("Failed {method} for {*user} from {src_ip} port {src_port} ssh2")
WORD = st.text(st.characters(blacklist_characters=" ", codec="ascii"), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("template", "written", "found"),
    [
        ("a {b}", "a x", {"b": "x"}),
        ("a {b}", "a x y", None),
        ("a {b}", "a ", None),
        ("a {b} c", "a x c", {"b": "x"}),
        ("a {b} c", "a x d", None),
        ("a {b} c", "a x c c", None),
        ("abc", "abc", {}),
        ("abc", "abcd", None),
        ("aba", "ab", None),
        ("a{*b}a", "a", None),
        ("{~a}, b={b}", "x y, b=1", {"a": "x y", "b": "1"}),
        ("({a}) CMD ({*b})", "(root) CMD (a (b) c)", {"a": "root", "b": "a (b) c"}),
        ("{*a}: {b} FOUND", "/x: y: z FOUND", {"a": "/x: y", "b": "z"}),
    ],
)
def test_what_fits(template: str, written: str, found: dict[str, str] | None) -> None:
    assert Line(template).match(written) == found


@given(WORD, st.text(max_size=60), WORD, WORD)
def test_what_a_stranger_chooses_moves_nothing_else(method: str, user: str, address: str, port: str) -> None:
    written = f"Failed {method} for {user} from {address} port {port} ssh2"
    found = FAILED.match(written)
    assert found is not None
    assert (found["src_ip"], found["src_port"]) == (address, port)


def test_pairs() -> None:
    assert pairs("""x a=1 b="2 3" c= d="x\\"y=1 z" e='f=1 g="2"' h=4""") == {
        "a": "1",
        "b": "2 3",
        "c": "",
        "d": 'x\\"y=1 z',
        "e": 'f=1 g="2"',
        "h": "4",
    }
    assert pairs("a=1, b=2", ", ") == {"a": "1", "b": "2"}
    assert len(pairs(" ".join(f"a{one}=1" for one in range(1_000)), most=5)) == 5


@given(st.text(alphabet='ab=" \\,', max_size=60))
def test_pairs_end(written: str) -> None:
    assert all(value in written for value in pairs(written).values())
    assert closing(written, 0, '"') <= len(written)
