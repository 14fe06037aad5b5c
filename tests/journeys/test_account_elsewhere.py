"""An account elsewhere: linked at a desk, in German, signed in with, signed out of at both; and when it is down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.interop.two_limens import TwoLimens, two_limens, two_limens_by_saml
from tests.journeys.conftest import heading


@pytest.fixture(params=[two_limens, two_limens_by_saml], ids=["oidc", "saml"])
def both(
    request: pytest.FixtureRequest, tmp_path: Any, upstream: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TwoLimens]:
    import socket

    asked = socket.getaddrinfo

    def here(host: Any, *more: Any, **named: Any) -> Any:
        return asked("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with request.param(tmp_path, upstream) as running:
        yield running


def test_linked_signed_in_with_signed_out_of_and_down(both: TwoLimens, browse: Any) -> None:
    mia = browse(locale="de-DE")
    page = mia.page
    both.works.arrive(mia, "Mia Werk", "staff")
    both.harbor.arrive(mia, "Mia Jansen", "staff")

    page.goto(f"{both.harbor.origin}/passkeys")
    mia.clean()
    page.get_by_role("button", name="Works verknüpfen").click()
    expect(page.get_by_role("status")).to_contain_text("Verknüpft.")
    expect(page.get_by_role("button", name="Works trennen")).to_be_visible()
    mia.clean()

    touches(mia, enabled=False)  # the sign-in page asks for a passkey by itself
    page.get_by_role("button", name="Abmelden").first.click()
    expect(heading(mia)).to_have_text("Sie sind abgemeldet")
    page.get_by_role("link", name="Neu anmelden").click()
    expect(page.get_by_role("link", name="Mit Works anmelden")).to_be_visible()
    mia.clean()
    page.get_by_role("link", name="Mit Works anmelden").click()
    expect(heading(mia)).to_have_text("Ihre Apps")
    page.goto(f"{both.harbor.origin}/sessions")
    expect(page.locator("main")).to_contain_text("über Works")
    mia.clean()

    page.get_by_role("button", name="Abmelden").first.click()
    expect(page.get_by_role("link", name="Bei Works abmelden")).to_be_visible()
    mia.clean_both_ways()
    page.get_by_role("link", name="Bei Works abmelden").click()
    if both.signs_out_at_once:
        page.wait_for_url(f"{both.harbor.origin}/signed-out")
        page.goto(f"{both.works.origin}/sessions")
        expect(heading(mia)).to_have_text("Anmelden bei Works")
    else:
        page.wait_for_url(f"{both.works.origin}/**")
        page.get_by_role("button", name="Abmelden").click()

    both.stop_works()
    both.harbor.run(_forgotten(both))
    page.goto(f"{both.harbor.origin}/sign-in")
    page.get_by_role("link", name="Mit Works anmelden").click()
    expect(heading(mia)).to_have_text("Works antwortet nicht")
    mia.problems.clear()  # that a page came with status 502 is what is shown
    mia.clean_both_ways()
    page.get_by_role("link", name="Anders anmelden").click()
    expect(page.get_by_role("button", name="Mit Passkey anmelden")).to_be_visible()
    touches(mia, enabled=True)
    page.reload()
    expect(heading(mia)).to_have_text("Ihre Apps")


def touches(browser: Any, *, enabled: bool) -> None:
    """Whether the person touches their authenticator when it is asked."""
    said = {"authenticatorId": browser.authenticator, "enabled": enabled}
    browser.cdp.send("WebAuthn.setAutomaticPresenceSimulation", said)


async def _forgotten(both: TwoLimens) -> None:
    """What Limen has read of it would count for a day."""
    from limen.sso.upstream.flow import Upstreams

    upstreams = both.harbor.limen.core.offers.take(Upstreams)
    await upstreams.close()
    upstreams._clients.clear()
