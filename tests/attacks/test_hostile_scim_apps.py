"""An app in which Limen keeps accounts answers what it must not: nothing leads elsewhere, nobody is missed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
from tests import scim_app
from tests.scim_app import TOKEN, Answer, Asked, ScimApp as Served, asking, saying

from limen.connectors.scim import client as scim
from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import SentUser, read_user
from limen.connectors.vendor_client import MOST_BYTES, VendorError

ADA = SentUser("pa_1", "ada@harbor.example", "Ada Lind")


@pytest.fixture
def app() -> Iterator[Served]:
    with scim_app.serving() as serving:
        yield serving


@pytest.fixture
async def client(app: Served) -> AsyncIterator[ScimApp]:
    http = asking(app)
    yield ScimApp(http, TOKEN)
    await http.close()


async def word_of(app: Served, client: ScimApp, answer: Answer) -> str:
    app.faults[:] = [lambda _asked: answer]
    with pytest.raises(VendorError) as error:
        await client.create(ADA)
    said = f"{error.value} {error.value.fix}"
    assert (TOKEN in said, "evil" in said, "ada@" in said) == (False, False, False)
    return error.value.word


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer(201, b" " * (MOST_BYTES + 1)), "too-much"),
        (Answer(201, b'{"id":' + b"[" * 200_000), "garbage"),
        (Answer(201, b'{"a":' * 50_000 + b"1" + b"}" * 50_000), "garbage"),
        (Answer(201, b"[]"), "garbage"),
        (Answer(201, b"\xff\xfe"), "garbage"),
        (Answer(201, b"{}", {"content-encoding": "gzip"}), "garbage"),
        (Answer(302, headers={"location": "https://evil.example/Users"}), "redirects"),
        (Answer(307, headers={"location": "http://169.254.169.254/"}), "redirects"),
        (Answer(401, b'{"detail": "evil"}'), "not-allowed"),
        (Answer(400, b'{"detail": "evil: ada@harbor.example"}'), "refused"),
        (Answer(409), "account-taken"),
    ],
)
async def test_an_answer_that_is_none_is_an_error_that_says_nothing_of_it(
    app: Served, client: ScimApp, answer: Answer, word: str
) -> None:
    assert await word_of(app, client, answer) == word
    assert len(app.asked) == 1


async def test_where_an_app_says_that_an_account_is_elsewhere_nobody_goes(app: Served, client: ScimApp) -> None:
    evil = {"id": "1", "userName": "ada@harbor.example", "meta": {"location": "https://evil.example/Users/1"}}
    app.faults[:] = [lambda _asked: saying(evil, 201, location="https://evil.example/Users/1")]
    made = await client.create(ADA)
    await client.deactivate(made)
    assert app.lines("PATCH") == ["PATCH /v2/Users/1"]


@pytest.mark.parametrize(
    "user_id",
    [
        "",
        ".",
        "..",
        "../Groups/1",
        "a/b",
        "a%2fb",
        "%2e%2e",
        "a?b",
        "a#b",
        "a b",
        "a\nb",
        "ä",
        "x" * 201,
        "a;b",
        "a\\b",
    ],
)
def test_an_id_that_would_lead_to_another_path_is_none(user_id: str) -> None:
    with pytest.raises(VendorError):
        read_user({"id": user_id, "userName": "ada"})


@pytest.mark.parametrize("told", [None, 5, [], "x", {}, {"id": 5}, {"id": None}, {"id": ["1"]}])
def test_what_is_no_user_is_refused(told: object) -> None:
    with pytest.raises(VendorError):
        read_user(told)


def test_strange_members_are_read_as_nothing_and_never_as_deactivated() -> None:
    user = read_user(
        {
            "id": "auth0|1.2~x",
            "userName": ["x"],
            "active": [],
            "emails": [5, {"value": {"a": 1}}],
            "name": "x",
            "displayName": "Ada \u202egnp.exe",
            "meta": {"version": 'W/"a"\r\nx-evil: 1'},
        }
    )
    assert (user.user_name, user.email, user.version, user.is_active) == ("", "", "", True)
    assert "\u202e" not in user.name
    assert [read_user({"id": "1", "active": said}).is_active for said in (0, "no", "", None, {}, "FALSE")] == [True] * 6
    assert [read_user({"id": "1", "active": said}).is_active for said in (False, "False", "false")] == [False] * 3


async def test_an_app_that_shows_another_account_than_was_asked_for_is_not_believed(
    app: Served, client: ScimApp
) -> None:
    made = await client.create(ADA)
    other = {"id": "2", "userName": "other", "active": False}
    app.faults[:] = [lambda asked: saying(other) if asked.method == "GET" else None]
    with pytest.raises(VendorError) as error:
        await client.get(made.id)
    assert error.value.word == "garbage"


def page(ids: list[int], total: object) -> Answer:
    return saying({"totalResults": total, "Resources": [{"id": str(one), "userName": f"p{one}"} for one in ids]})


@pytest.mark.parametrize(
    ("pages", "word"),
    [
        ([page([1, 2], 4), page([1, 2], 4)], "repeats"),
        ([page([1, 2], 4), page([], 4)], "repeats"),
        ([page([1, 1], 2)], "repeats"),
        ([page([1, 2, 3], 2)], "repeats"),
        ([page([1, 2], 4), page([3, 4], 5)], "repeats"),
        ([page([1], 10**9)], "too-much"),
        ([page([1], -1)], "garbage"),
        ([page([1], "1")], "garbage"),
        ([page([1], True)], "garbage"),
        ([saying({"totalResults": 1, "Resources": {"id": "1"}})], "garbage"),
        ([saying({"totalResults": 1, "Resources": ["1"]})], "garbage"),
    ],
)
async def test_pages_that_do_not_add_up_are_no_list(
    app: Served, client: ScimApp, pages: list[Answer], word: str
) -> None:
    def nth(asked: Asked) -> Answer:
        return pages[0] if "startIndex=1&" in asked.path else pages[-1]

    app.faults[:] = [nth]
    with pytest.raises(VendorError) as error:
        await client.every()
    assert (error.value.word, len(app.asked) <= 4) == (word, True)


async def test_pages_without_end_have_one(app: Served, client: ScimApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scim, "_MOST_PAGES", 5)

    def more(asked: Asked) -> Answer:
        return page([len(app.asked)], 20_000)

    app.faults[:] = [more]
    with pytest.raises(VendorError):
        await client.every()
    assert len(app.asked) == 10


async def test_a_name_can_not_widen_a_filter(app: Served, client: ScimApp) -> None:
    await client.create(ADA)
    for evil in ('x" or userName pr', 'x\\" or userName pr or userName eq \\"', "x\u0000", '"', "\\"):
        assert await client.having("userName", evil) == []
    sent = json.loads(app.asked[0].body)
    assert sent["userName"] == "ada@harbor.example"
