from __future__ import annotations

from dataclasses import replace

import pytest
from tests import kept
from tests.enforcement.house import PUBLIC_URL, House

from limen.browser_state import MOST_OF_A_BROWSER
from limen.clock import SECOND
from limen.enforcement.app_login import AppLoginRefusedError, AppLoginRequest, bind_of
from limen.storage.errors import DatabaseGoneError

BINDING = b"b" * 43
BIND = bind_of(BINDING).decode()


@pytest.fixture
def house():
    return House()


def request(house, path, query=b"", *, method="GET", cookies=b"", same_origin=False):
    return AppLoginRequest(
        method, path, query, cookies, house.known.apps["wiki"], "203.0.113.7", "browser", same_origin
    )


async def test_start_binds_the_browser_and_names_app_and_path(house):
    reply = await house.app_login_routes.answer(request(house, b"/.limen/start", b"to=%2Fpage%3Fa%3Db"))
    fields = dict(reply.fields)
    cookie = fields[b"set-cookie"]
    token = cookie.partition(b"=")[2].partition(b";")[0]
    assert cookie.startswith(b"__Host-limen-start=")
    assert {b"Path=/", b"Secure", b"HttpOnly", b"SameSite=Lax"} <= {part.strip() for part in cookie.split(b";")}
    assert (
        fields[b"location"].decode() == f"{PUBLIC_URL}/open?app=wiki&to=%2Fpage%3Fa%3Db&bind={bind_of(token).decode()}"
    )
    assert token not in fields[b"location"]


async def test_two_tabs_of_one_browser_share_a_binding(house):
    reply = await house.app_login_routes.answer(
        request(house, b"/.limen/start", cookies=b"__Host-limen-start=" + BINDING)
    )
    assert BIND.encode() in dict(reply.fields)[b"location"]


async def test_start_never_leads_back_into_itself(house):
    reply = await house.app_login_routes.answer(request(house, b"/.limen/start", b"to=/.limen/start"))
    assert b"to=%2F&" in dict(reply.fields)[b"location"]


async def test_a_good_code_opens_the_app(house):
    code = await house.app_logins.issue(house.sign_in(), "wiki", BIND, "/page?a=b")
    reply = await house.app_login_routes.answer(
        request(house, b"/.limen/callback", f"code={code}".encode(), cookies=b"__Host-limen-start=" + BINDING)
    )
    fields = dict(reply.fields)
    assert (reply.status, fields[b"location"]) == (303, b"/page?a=b")
    token = fields[b"set-cookie"].partition(b"=")[2].partition(b";")[0]
    answer = house.doors.decide_request(
        "gateway", b"GET", b"wiki.harbor.example", b"/", b"__Host-limen-app=" + token, ""
    )
    assert answer.permitted


async def test_an_app_that_can_not_be_opened_for_want_of_the_database_is_opened_again_in_a_moment(house):
    async def gone(*_asked: str, **_named: int) -> str:
        raise DatabaseGoneError

    routes = replace(house.app_login_routes, sessions=replace(house.app_login_routes.sessions, open=gone))
    code = await house.app_logins.issue(house.sign_in(), "wiki", BIND, "/page")
    reply = await routes.answer(
        request(house, b"/.limen/callback", f"code={code}".encode(), cookies=b"__Host-limen-start=" + BINDING)
    )
    fields = dict(reply.fields)
    assert (reply.status, fields[b"retry-after"], b"set-cookie" in fields) == (503, b"10", False)
    assert b'href="/.limen/start"' in reply.body


@pytest.mark.parametrize("to", ["//evil", "/\\evil", "https://evil", "", "/a\nb"])
async def test_no_code_is_issued_for_a_place_elsewhere(house, to):
    with pytest.raises(AppLoginRefusedError):
        await house.app_logins.issue(house.sign_in(), "wiki", BIND, to)


@pytest.mark.parametrize("bind", ["", "short", "b" * 44, "ä" * 43, "b" * 42 + "="])
async def test_no_code_is_issued_for_a_binding_that_start_did_not_give(house, bind):
    with pytest.raises(AppLoginRefusedError):
        await house.app_logins.issue(house.sign_in(), "wiki", bind, "/")


async def test_a_code_is_spent_whatever_comes_of_it(house):
    code = (await house.app_logins.issue(house.sign_in(), "wiki", BIND, "/")).encode()
    with pytest.raises(AppLoginRefusedError, match="open the app again"):
        await house.app_logins.redeem(code, "payroll", BINDING)
    with pytest.raises(AppLoginRefusedError) as refused:
        await house.app_logins.redeem(code, "wiki", BINDING)
    assert refused.value.word == "code-unknown"


async def test_a_missing_binding_matches_nothing(house):
    code = (await house.app_logins.issue(house.sign_in(), "wiki", BIND, "/")).encode()
    with pytest.raises(AppLoginRefusedError) as refused:
        await house.app_logins.redeem(code, "wiki", b"")
    assert refused.value.word == "binding-foreign"


async def test_codes_do_not_pile_up(house):
    session = house.sign_in()
    first = (await house.app_logins.issue(session, "wiki", BIND, "/")).encode()
    for _ in range(MOST_OF_A_BROWSER):
        await house.app_logins.issue(session, "wiki", BIND, "/")
    assert kept.number(house.app_logins._states._kept) == MOST_OF_A_BROWSER
    with pytest.raises(AppLoginRefusedError):
        await house.app_logins.redeem(first, "wiki", BINDING)
    house.clock.forward(91 * SECOND)
    await house.app_logins.issue(session, "wiki", BIND, "/")
    assert kept.number(house.app_logins._states._kept) == 1


async def test_codes_are_not_kept_in_the_open(house):
    code = await house.app_logins.issue(house.sign_in(), "wiki", BIND, "/")
    assert code not in kept.written(house.app_logins._states._kept)


def test_the_way_back_is_the_apps_own_host(house):
    assert house.app_logins.callback_url(house.known.apps["wiki"], "c").startswith(
        "https://wiki.harbor.example/.limen/callback?code=c"
    )


async def test_signing_out_asks_first_and_then_ends_everything(house):
    root = house.sign_in()
    wiki, payroll = (f"__Host-limen-app={house.app_session(app, root=root)}" for app in ("wiki", "payroll"))
    asked = await house.app_login_routes.answer(request(house, b"/.limen/sign-out", cookies=wiki.encode()))
    assert b'<form method="post" action="/.limen/sign-out">' in asked.body
    done = await house.app_login_routes.answer(
        request(house, b"/.limen/sign-out", method="POST", cookies=wiki.encode(), same_origin=True)
    )
    assert b"Max-Age=0" in dict(done.fields)[b"set-cookie"]
    for host, cookie in ((b"wiki.harbor.example", wiki), (b"payroll.harbor.example", payroll)):
        assert not house.doors.decide_request("gateway", b"GET", host, b"/", cookie.encode(), "").permitted


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", b"/.limen/other"), ("POST", b"/.limen/start"), ("POST", b"/.limen/callback"), ("GET", b"/.limen/")],
)
async def test_other_paths_mean_nothing(house, method, path):
    assert (await house.app_login_routes.answer(request(house, path, method=method))).status == 404
