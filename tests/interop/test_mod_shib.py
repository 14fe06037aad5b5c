"""Apache with mod_shib signs people in by Limen, as `docs/how-to/apache-mod-shib.md` has it: a real browser with a
passkey, and everybody who meddles.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from playwright.sync_api import expect
from tests.interop.shibboleth import KEYS, Person, Shibboleth, shibboleth, with_another
from tests.journeys.conftest import browse as its_browsers, heading, into_the_console, running_chromium

from limen.sso.saml import names
from limen.sso.saml.sp_metadata import provider_in

pytestmark = pytest.mark.usefixtures("names")
browse = its_browsers

WITHIN = 1.0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shib(names: None, tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Shibboleth]:
    with shibboleth(tmp_path_factory.mktemp("shib"), upstream) as running:
        yield running


def test_somebody_signs_in_with_a_passkey_and_is_out_when_revoked(shib: Shibboleth, browse: Any) -> None:
    mia = browse()
    mia.without_autofill()
    shib.harbor.arrive(mia, "Mia Marsh", "staff", "finance")
    mia.page.get_by_role("button", name="Sign out").click()
    expect(heading(mia)).to_have_text("You are signed out")
    mia.page.goto(f"{shib.app}/editors?n=1")
    mia.page.get_by_role("button", name="Sign in with a passkey").click()
    mia.page.wait_for_url(f"{shib.app}/editors?n=1")
    told = json.loads(mia.page.inner_text("pre"))
    assert (told["mail"], told["displayname"]) == ("mia.marsh@harbor.example", "Mia Marsh")
    assert set(told["roles"].split(";")) == {"viewer", "editor"}
    assert (told["shib-authncontext-class"], told["shib-identity-provider"]) == (
        "https://refeds.org/profile/mfa",
        f"{shib.harbor.origin}/saml/metadata",
    )

    shib.revoke("Mia Marsh")
    since = time.monotonic()
    while shib.harbor.origin not in mia.page.url:  # told by SOAP, Apache ended its own session
        mia.page.goto(f"{shib.app}/editors")
        assert time.monotonic() - since < WITHIN + 1, "Apache still lets her in"
    expect(heading(mia)).to_have_text("Sign in to Harbor")
    assert [event.outcome for event in shib.events("sso.sign_out_told")][-1:] == ["success"]


def test_who_is_not_in_the_group_is_not_let_in_by_apache(shib: Shibboleth) -> None:
    otto = Person(shib, "Otto Marsh", "staff")
    assert otto.sign_in()["roles"] == "viewer"
    assert (otto.is_in, otto.ask(f"{shib.app}/editors").status_code) == (True, 401)


def test_a_sign_out_at_apache_signs_out_of_limen(shib: Shibboleth) -> None:
    eva = Person(shib, "Eva Marsh", "staff")
    eva.sign_in()
    leaves = eva.ask(f"{shib.app}/Shibboleth.sso/Logout")
    assert leaves.headers["location"].startswith(f"{shib.harbor.origin}/saml/sign-out?SAMLRequest=")
    done = eva.ask(leaves.headers["location"])
    assert done.headers["location"].startswith(f"{shib.app}/Shibboleth.sso/SLO/Redirect?SAMLResponse=")
    told = eva.ask(done.headers["location"])
    assert (told.status_code, eva.is_in) == (200, False), told.text
    assert eva.ask(f"{shib.harbor.origin}/").headers["location"].startswith("/sign-in")


CHANGES = (
    (rb"(<xenc:CipherValue>)([^<]{9})(?!.*<xenc:CipherValue>)", rb"\1AAAAAAAAA"),  # what is encrypted
    (rb"(<ds:SignatureValue>)([^<]{9})", rb"\1AAAAAAAAA"),
    (rb' InResponseTo="[^"]*"', rb""),
    (rb'Destination="[^"]*"', rb'Destination="https://evil.example/acs"'),
    (rb"(<saml:Issuer>)[^<]*", rb"\1https://evil.example/saml/metadata"),
)


def test_apache_takes_no_answer_that_somebody_changed(shib: Shibboleth) -> None:
    """Each is a fresh one: a second time it would be refused for that."""
    bea = Person(shib, "Bea Marsh", "staff")
    for old, new in CHANGES:
        assert bea.post(with_another(bea.answer(), old, new)).status_code == 500, old
        assert not bea.is_in, old
    assert bea.post(bea.answer()).status_code == 302
    assert bea.is_in


def test_apache_takes_an_answer_once(shib: Shibboleth) -> None:
    noa, thief = Person(shib, "Noa Marsh", "staff"), requests.Session()
    sent = noa.answer()
    assert noa.post(sent).status_code == 302
    thief.post(shib.consumer, data=sent, allow_redirects=False, timeout=60)
    assert thief.get(f"{shib.app}/page", allow_redirects=False, timeout=60).status_code == 302


def test_its_own_metadata_are_its_registration(shib: Shibboleth) -> None:
    provider = provider_in(requests.get(f"{shib.app}/Shibboleth.sso/Metadata", timeout=60).content)
    assert (provider.entity_id, provider.encryption_certificate) == (f"{shib.app}/shibboleth", KEYS.bare)
    assert shib.consumer in [one.url for one in provider.consumers]
    assert (provider.certificates, provider.is_encrypted) == ((KEYS.bare,), True)
    assert provider.logout_url == f"{shib.app}/Shibboleth.sso/SLO/Redirect"
    assert provider.logout_service == f"{shib.app}/Shibboleth.sso/SLO/SOAP"


def test_the_console_page_of_the_app_is_clean(shib: Shibboleth, browse: Any) -> None:
    ada = browse()
    shib.harbor.open(ada)
    into_the_console(ada, shib.harbor.origin)
    ada.page.goto(f"{shib.harbor.origin}/console/apps/reports")
    ada.page.get_by_role("link", name="Sign-in", exact=True).click()
    ada.page.get_by_label("Of whom").fill("ada@harbor.example")
    ada.page.get_by_role("button", name="Show").click()
    expect(ada.page.locator("#told")).to_contain_text("displayName")
    ada.clean_both_ways()
    ada.page.get_by_role("link", name="When it changes").click()
    saml = ada.page.locator("#saml")
    saml.get_by_role("button", name="Make the next key").click()
    expect(saml.locator(".items > li")).to_have_count(2)
    ada.clean_both_ways()


def test_a_browser_brings_a_request_by_post_without_our_cookies_and_is_signed_in(shib: Shibboleth, browse: Any) -> None:
    ida = browse()
    shib.harbor.arrive(ida, "Ida Marsh", "staff")
    posted: list[str] = []
    ida.page.on("request", lambda asked: posted.append(asked.url) if asked.method == "POST" else None)
    asked = urlencode({"target": f"{shib.app}/page", "outgoingBinding": names.POST})
    ida.page.goto(f"{shib.app}/Shibboleth.sso/Login?{asked}")
    ida.page.wait_for_url(f"{shib.app}/page")
    assert posted == [f"{shib.harbor.origin}/saml/sign-in", shib.consumer]
    assert json.loads(ida.page.inner_text("pre"))["mail"] == "ida.marsh@harbor.example"
