from __future__ import annotations

import pytest
from tests.enforcement.upstream import upstream

from limen.enforcement.upstreams import UpstreamError, Upstreams, text_of
from limen.facts import App, Upstream


def app(url: str, **changes) -> App:
    return App("wiki", "Wiki", "wiki.harbor.example", Upstream(url, connect_ms=500, response_ms=500, **changes))


async def test_nothing_is_added_followed_or_unpacked():
    upstreams = Upstreams()
    async with upstream() as seen:
        response = await upstreams.open(app(seen.url), "GET", "/a%2Fb?q=%20", [(b"x-one", "ä".encode())], None)
        assert response.status == 200
        assert seen.last["target"] == "/a%2Fb?q=%20"
        assert set(seen.last["headers"]) == {"host", "x-one"}
        response.close()
        redirect = await upstreams.open(app(seen.url), "GET", "/redirect", [], None)
        assert redirect.status == 302
        redirect.close()
        await upstreams.close()


async def test_an_app_under_a_path_keeps_it():
    upstreams = Upstreams()
    async with upstream() as seen:
        (await upstreams.open(app(seen.url + "/base/"), "GET", "/x", [], None)).close()
        assert seen.last["target"] == "/base/x"
        await upstreams.close()


@pytest.mark.parametrize(
    ("url", "path", "status", "word"),
    [("http://127.0.0.1:9", "/", 502, "upstream-ClientConnectorError"), ("", "/slow", 504, "upstream-timeout")],
)
async def test_no_answer_is_an_error_that_says_what_to_do(url, path, status, word):
    upstreams = Upstreams()
    async with upstream() as seen:
        with pytest.raises(UpstreamError, match="try again") as failed:
            await upstreams.open(app(url or seen.url), "GET", path, [], None)
        assert (failed.value.status, failed.value.word) == (status, word)
        assert "127.0.0.1" not in str(failed.value)
        await upstreams.close()


def test_plain_http_has_no_certificate_and_a_missing_ca_file_is_an_error():
    upstreams = Upstreams()
    assert upstreams.context(app("http://127.0.0.1")) is None
    context = upstreams.context(app("https://127.0.0.1"))
    assert context.check_hostname
    assert upstreams.context(app("https://127.0.0.2")) is context
    with pytest.raises(UpstreamError, match="its certificate is not"):
        upstreams.context(app("https://127.0.0.1", ca_file="/nowhere"))


def test_a_value_that_is_no_utf8_is_read_byte_by_byte():
    assert text_of("ä".encode()) == "ä"
    assert text_of(b"\xe4") == "ä"
