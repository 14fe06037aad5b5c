"""Who calls is told by the one field that says it, and by proxies only where they are trusted."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from limen.settings import Listen
from limen.web.callers import address_of, bearer_token


def request(*headers: tuple[str, str]) -> Request:
    fields = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "headers": fields, "client": ("203.0.113.7", 4711)})


@pytest.mark.parametrize(
    ("given", "token"),
    [
        ([], ""),
        (["Bearer abc.def"], "abc.def"),
        (["bearer abc"], "abc"),
        (["Basic abc"], ""),
        (["Bearer a b"], ""),
        (["Bearer abc", "Bearer abc"], ""),
        ([f"Bearer {'a' * 201}"], ""),
    ],
)
def test_a_token_stands_in_one_field(given: list[str], token: str) -> None:
    assert bearer_token(request(*(("authorization", one) for one in given))) == token


def test_what_a_stranger_says_of_where_it_comes_from_is_passed_over() -> None:
    asked = request(("x-forwarded-for", "192.0.2.1"))
    trusting = Listen.model_validate({"trusted_proxies": ["203.0.113.0/24"]})
    assert [address_of(asked, listen) for listen in (Listen(), trusting)] == ["203.0.113.7", "192.0.2.1"]
