"""An app's metadata are read at their address: once, in bounds, and nowhere that is nobody's to read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.sso.issuer import FakeIssuer, issuer_at_work
from tests.sso.saml.test_sp_metadata import of_python3_saml

from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.sso import published_metadata
from limen.sso.published_metadata import PrivateAddressError, provider_at
from limen.sso.upstream import fetching


@pytest.fixture
def app() -> Iterator[FakeIssuer]:
    with issuer_at_work() as there:
        there.answers["/metadata"] = says(200, of_python3_saml())
        yield there


def says(status: int, body: bytes, **fields: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: handler.reply(status, body, **fields)  # type: ignore[attr-defined,no-any-return]


async def test_what_an_app_publishes_is_its_registration(app: FakeIssuer) -> None:
    provider = await provider_at(f"{app.url}/metadata", Resolver, may_be_private=True)
    assert (provider.entity_id, provider.name_id) == ("https://wiki.harbor.example/metadata", "email")
    assert [path for path, _, _ in app.asked] == ["/metadata"]


async def test_a_network_of_the_company_is_read_only_for_whoever_says_that_it_is_theirs(app: FakeIssuer) -> None:
    port = app.url.rpartition(":")[2]
    for url in (
        f"{app.url}/metadata",
        f"http://localhost:{port}/metadata",
        f"https://app.localhost:{port}/metadata",
        "https://10.0.0.5/metadata",
        "https://[fd00::5]/metadata",
        "https://0x7f000001/metadata",
    ):
        with pytest.raises(PrivateAddressError):
            await provider_at(url, Resolver)
    assert app.asked == []


async def test_a_name_is_judged_by_where_it_leads(app: FakeIssuer) -> None:
    """A name of somebody else's may lead to this machine, also where its text tells nothing."""

    class Rebinding(Resolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
            return await super().resolve("127.0.0.1", port)

    with pytest.raises(PrivateAddressError):
        await provider_at(f"https://slides.example:{app.url.rpartition(':')[2]}/metadata", Rebinding)
    assert app.asked == []


@pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://metadata.google.internal/", "https://[fe80::1]/"])
async def test_the_metadata_service_of_a_cloud_is_nobodys(url: str) -> None:
    with pytest.raises(LimenError) as refused:
        await provider_at(url, Resolver, may_be_private=True)
    assert refused.value.what.startswith(urlsplit(url).hostname or "?")
    assert not isinstance(refused.value, PrivateAddressError)  # nothing that one could say makes it theirs


async def test_what_does_not_hold_is_said_with_what_to_do(app: FakeIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.2)
    app.answers |= {
        "/moved": says(302, b"", location="/metadata"),
        "/away": says(500, b""),
        "/endless": says(200, b"x" * (fetching.MOST_BYTES + 1)),
        "/page": says(200, b"<!DOCTYPE html><title>Sign in</title>"),
        "/slow": lambda _: time.sleep(0.6),
        "/bomb": says(200, of_python3_saml(), **{"content-encoding": "gzip"}),
    }
    told = set()
    for path in ("/moved", "/away", "/endless", "/page", "/slow", "/bomb"):
        with pytest.raises(LimenError) as refused:
            await provider_at(f"{app.url}{path}", Resolver, may_be_private=True)
        assert refused.value.fix, path
        told.add(refused.value.what)
    with pytest.raises(LimenError):
        await provider_at("http://127.0.0.1:9/metadata", Resolver, may_be_private=True)
    assert len(told) == 6
    assert "/metadata" not in {path for path, _, _ in app.asked}  # nobody is followed


def test_every_word_of_the_reader_has_its_sentence() -> None:
    words = (fetching.IssuerError.__doc__ or "").partition("ours.")[2]
    assert set(words.replace("·", " ").split()) == set(published_metadata._WRONG)
