"""What is remembered of requests: no id, token or address of a person ever, and never more than the bound."""

from __future__ import annotations

import base64
from hashlib import sha256

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.enforcement.test_traffic import asked

from limen.enforcement.path_patterns import ANY_REST, ANYTHING, MOST_SEGMENTS, PathPatterns, fold
from limen.enforcement.traffic import MOST_PATTERNS, MOST_PEOPLE, Traffic

_hashes = st.binary(max_size=8).map(lambda seed: sha256(seed).digest())
SECRETS = (
    st.integers(min_value=0).map(str)
    | st.uuids().map(str)
    | st.uuids().map(lambda one: one.hex)
    | _hashes.map(bytes.hex)
    | _hashes.map(lambda one: one.hex()[:12])
    | _hashes.map(lambda one: base64.urlsafe_b64encode(one).decode())
    | _hashes.map(lambda one: base64.urlsafe_b64encode(one[:12]).decode().rstrip("="))
    | _hashes.map(lambda one: base64.b32encode(one).decode())
    | st.from_regex(r"[a-z.]{1,20}@[a-z]{1,10}\.example", fullmatch=True)
    | st.from_regex(r"[a-z]{1,8}%[0-9A-F]{2}[a-z]{0,8}", fullmatch=True)
    | st.text("abcdefghij", min_size=41)
    | st.from_regex(r"[a-z]{3}-[a-z]{4}-[a-z]{3}", fullmatch=True)
)
WORDS = st.sampled_from(["files", "api", "v2", "settings", "export", "x"])


@settings(max_examples=size(40))
@given(before=st.lists(WORDS, max_size=3), secret=SECRETS, after=st.lists(WORDS, max_size=3))
def test_what_looks_like_an_id_a_token_or_an_e_mail_address_is_never_kept(
    before: list[str], secret: str, after: list[str]
) -> None:
    folded = fold("/" + "/".join([*before, secret.replace("/", "-"), *after]))
    assert folded == (*before, ANYTHING, *after)


@settings(max_examples=size(40))
@given(
    place=st.sampled_from(["s", "share", "Invite", "reset", "join", "verify", "confirm", "unsubscribe"]),
    letters=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15),
)
def test_what_follows_a_word_for_a_secret_is_never_kept(place: str, letters: str) -> None:
    assert fold(f"/x/{place}/{letters}") == ("x", place, ANYTHING)


@settings(max_examples=size(100))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "ana", "ben"]),
            st.lists(WORDS | SECRETS | st.text("abc", max_size=3), max_size=4).map("/".join),
        ),
        max_size=40,
    )
)
def test_of_what_two_people_and_any_strangers_ask_no_word_at_all_is_kept(asked_for: list[tuple[str, str]]) -> None:
    patterns = PathPatterns()
    for person, path in asked_for:
        assert set(patterns.pattern(f"/{path}", person)) <= {"", ANYTHING, ANY_REST}
    assert patterns.kept == set()


@settings(max_examples=size(100))
@given(st.lists(st.tuples(st.sampled_from(["", "p1", "p2", "p3", "p4"]), st.text("ab/", max_size=7)), max_size=60))
def test_a_name_stays_only_where_three_people_used_it(asked_for: list[tuple[str, str]]) -> None:
    patterns, users = PathPatterns(), dict[str, set[str]]()
    for person, path in asked_for:
        for name in path.split("/"):
            users.setdefault(name, set()).update([person] if person else [])
        for name in set(patterns.pattern(f"/{path}", person)) - {"", ANYTHING, ANY_REST}:
            assert len(users[name]) >= 3


@settings(max_examples=size(50))
@given(st.text())
def test_folding_is_bounded_whatever_is_asked(path: str) -> None:
    folded = fold("/" + path)
    assert len(folded) <= MOST_SEGMENTS + 1
    assert all(len(segment) <= 40 and "/" not in segment for segment in folded)


_paths = st.lists(st.text("abc", min_size=1, max_size=4), max_size=4).map(lambda some: "/" + "/".join(some))


@settings(max_examples=size(15))
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "p1", "p2"]), st.sampled_from(["GET", "POST", "BREW"]), _paths), max_size=1_000
    )
)
def test_every_request_is_counted_once_and_there_are_never_more_patterns_than_the_bound(
    some: list[tuple[str, str, str]],
) -> None:
    observed = Traffic()
    for person, method, path in some:
        asked(observed, path, person, method)
    seen = observed.of("wiki")
    kinds = seen.kinds if seen is not None else {}
    assert len(kinds) <= MOST_PATTERNS + 1
    assert sum(one.signed_in + one.strangers for one in kinds.values()) == len(some)
    assert all(len(one.people) <= MOST_PEOPLE for one in kinds.values())
