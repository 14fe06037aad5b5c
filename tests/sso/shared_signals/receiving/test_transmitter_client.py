"""What a transmitter says of itself and its stream, read as a stranger's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sso.shared_signals.receiving.transmitting import TOKEN, Outside, outside_at_work
from tests.web.conftest import MovableClock

from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.receiving.transmitter_client import (
    PUSH,
    TransmitterClient,
    configuration_url,
    read_configuration,
)
from limen.sso.upstream.fetching import Fetching, IssuerError

URL = "https://okta.example/t1"
DOCUMENT: dict[str, Any] = {
    "issuer": URL,
    "jwks_uri": f"{URL}/keys",
    "configuration_endpoint": f"{URL}/streams",
    "delivery_methods_supported": [PUSH],
}


def test_its_configuration_is_between_the_host_and_the_issuers_path() -> None:
    assert configuration_url(URL) == "https://okta.example/.well-known/ssf-configuration/t1"
    assert configuration_url("https://okta.example") == "https://okta.example/.well-known/ssf-configuration"


def test_what_it_says_of_itself() -> None:
    found = read_configuration({**DOCUMENT, "default_subjects": "NONE"}, URL)
    assert (found.jwks_uri, found.status_endpoint, found.delivery) == (f"{URL}/keys", "", {PUSH})
    assert (found.has_all_subjects, read_configuration(DOCUMENT, URL).has_all_subjects) == (False, True)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"issuer": "https://okta.example"}, "another-issuer"),
        ({"issuer": f"{URL}/"}, "another-issuer"),
        ({"jwks_uri": ""}, "garbage"),
        ({"jwks_uri": 7}, "garbage"),
        ({"jwks_uri": "http://169.254.169.254/keys"}, "off-limits"),
        ({"configuration_endpoint": "http://127.0.0.1:1/"}, "off-limits"),
        ({"status_endpoint": "https://10.0.0.1/"}, "off-limits"),
        ({"verification_endpoint": "https://a@okta.example/"}, "garbage"),
        ({"delivery_methods_supported": "all"}, "garbage"),
    ],
)
def test_what_it_may_not_say_of_itself(more: dict[str, Any], word: str) -> None:
    with pytest.raises(IssuerError) as wrong:
        read_configuration({**DOCUMENT, **more}, URL)
    assert wrong.value.word == word


async def test_a_stream_that_can_not_be_used_is_none() -> None:
    with outside_at_work() as outside:
        client = _client(outside)
        asked = {"delivery": {"method": PUSH, "endpoint_url": "https://x.example"}}
        for wrong, word in (
            ({"iss": "https://evil.example"}, "another-issuer"),
            ({"aud": None}, "garbage"),
            ({"aud": ["a\nb"]}, "garbage"),
            ({"stream_id": "a b"}, "garbage"),
            ({"delivery": {"method": "urn:ietf:rfc:8936"}}, "no-stream"),
        ):
            outside.answers["/streams"] = lambda handler, wrong=wrong: handler.reply(  # type: ignore[misc,attr-defined]
                201, {"stream_id": "s", "iss": outside.url, "aud": "limen", **asked, **wrong}
            )
            with pytest.raises(IssuerError) as error:
                await client.make(TOKEN, asked)
            assert error.value.word == word
        outside.answers.clear()
        made = await client.make(TOKEN, asked)
        assert (made.stream_id, made.audience) == (outside.stream["stream_id"], (outside.audience,))
        with pytest.raises(IssuerError, match="answer"):
            await client.make("another token", asked)
        await client.close()


def _client(outside: Outside) -> TransmitterClient:
    from aiohttp import ThreadedResolver

    clock = MovableClock(1_764_000_000_000)
    return TransmitterClient(SignalTransmitter("okta", outside.url), Fetching(outside.url, ThreadedResolver), clock)
