"""Apache with mod_auth_openidc signs people in by Limen: a real browser with a passkey, and everybody who meddles."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import expect
from tests.interop.single_sign_on import Meddler, Person, SingleSignOn, apache, meddling, with_another
from tests.journeys.conftest import heading, into_the_console

pytestmark = pytest.mark.usefixtures("names")

WITHIN = 1.0


@pytest.fixture(scope="module")
def meddler(sso: SingleSignOn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meddler]:
    """Apache runs, and whoever sits between it and the token endpoint; they change nothing unless told to."""
    with meddling(sso.harbor.origin) as between, apache(tmp_path_factory.mktemp("apache"), sso, between.metadata):
        yield between


def test_somebody_signs_in_with_a_passkey_and_is_out_when_revoked(
    sso: SingleSignOn, meddler: Meddler, browse: Any
) -> None:
    mia = browse()
    mia.without_autofill()
    sso.harbor.arrive(mia, "Mia Marsh", "staff", "finance")
    mia.page.get_by_role("button", name="Sign out").click()
    expect(heading(mia)).to_have_text("You are signed out")
    mia.page.goto(f"{sso.app}/editors?n=1")
    mia.page.get_by_role("button", name="Sign in with a passkey").click()
    mia.page.wait_for_url(f"{sso.app}/editors?n=1")
    told = json.loads(mia.page.inner_text("pre"))
    assert told["oidc_claim_email"] == "mia.marsh@harbor.example"
    assert told["oidc_claim_name"] == "Mia Marsh"
    assert set(told["oidc_claim_groups"].split(",")) == {"viewer", "editor"}
    assert (told["oidc_claim_acr"], told["oidc_claim_iss"]) == ("phr", sso.harbor.origin)
    assert told["oidc_claim_sub"] == sso.harbor.people["Mia Marsh"]

    sso.revoke("Mia Marsh")
    since = time.monotonic()
    while sso.harbor.origin not in mia.page.url:  # back-channel logout ended Apache's own session
        mia.page.goto(f"{sso.app}/editors")
        assert time.monotonic() - since < WITHIN + 1, "Apache still lets her in"
    expect(heading(mia)).to_have_text("Sign in to Harbor")
    assert [event.outcome for event in sso.events("sso.sign_out_told")][-1:] == ["success"]


def test_who_is_not_in_the_group_is_not_let_in_by_apache(sso: SingleSignOn, meddler: Meddler) -> None:
    otto = Person(sso, "Otto Marsh", "staff")
    assert otto.sign_in()["oidc_claim_groups"] == "viewer"
    assert otto.ask(f"{sso.app}/editors").status_code == 401
    leaves = otto.ask(f"{sso.callback}?logout={sso.app}/bye").headers["location"]
    asked = parse_qs(urlsplit(leaves).query)
    assert leaves.startswith(f"{sso.harbor.origin}/oidc/sign-out?")
    assert (asked["post_logout_redirect_uri"], len(asked["id_token_hint"])) == ([f"{sso.app}/bye"], 1)
    assert f'value="{asked["id_token_hint"][0]}"' in otto.ask(leaves).text
    assert otto.ask(f"{sso.app}/page").status_code == 302


def test_apache_refreshes_and_is_refused_at_once_after_a_revocation(sso: SingleSignOn, meddler: Meddler) -> None:
    eva = Person(sso, "Eva Marsh", "staff")
    eva.sign_in()
    first = meddler.told[-1]
    time.sleep(1.1)
    with ThreadPoolExecutor(8) as many:  # of many requests at once Apache refreshes with one
        seen = list(many.map(lambda _: eva.ask(f"{sso.app}/page").status_code, range(8)))
    assert seen == [200] * 8
    second = meddler.told[-1]
    assert second["refresh_token"] != first["refresh_token"]

    def api(token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return requests.get(f"{sso.app}/api/rows", headers=headers, timeout=60).status_code

    assert api(second["access_token"]) == 200
    sso.revoke("Eva Marsh")
    since = time.monotonic()
    assert api(second["access_token"]) == 401
    refused = requests.post(
        f"{sso.harbor.origin}/oidc/token",
        data={"grant_type": "refresh_token", "refresh_token": second["refresh_token"]},
        auth=("reports", sso.secret),
        timeout=60,
    )
    assert refused.json()["error"] == "invalid_grant"
    assert time.monotonic() - since < WITHIN


@pytest.mark.parametrize("what", ["state", "iss", "code"])
def test_apache_refuses_a_response_that_somebody_changed(sso: SingleSignOn, meddler: Meddler, what: str) -> None:
    bea = Person(sso, f"Bea {what.capitalize()}", "staff")
    came = bea.back(bea.to_limen())
    changed = {"state": "another", "iss": "https://evil.example", "code": "another"}[what]
    bea.ask(with_another(came, **{what: changed}))
    assert bea.ask(f"{sso.app}/page").status_code == 302


def test_apache_refuses_an_id_token_for_another_request_or_by_another_key(sso: SingleSignOn, meddler: Meddler) -> None:
    noa = Person(sso, "Noa Marsh", "staff")
    asked = with_another(noa.to_limen(), nonce="of-another-request")
    noa.ask(noa.back(asked))
    assert noa.ask(f"{sso.app}/page").status_code == 302

    def spoil(told: dict[str, Any]) -> dict[str, Any]:
        return {**told, "id_token": re.sub(r"\.[^.]{6}([^.]*)$", r".AAAAAA\1", told["id_token"])}

    meddler.change = spoil
    noa.ask(noa.back(noa.to_limen()))
    meddler.change = lambda told: told
    assert noa.ask(f"{sso.app}/page").status_code == 302
    assert noa.sign_in()["oidc_claim_email"] == "noa.marsh@harbor.example"


def test_the_pages_of_single_sign_on_are_clean(sso: SingleSignOn, browse: Any) -> None:
    ada = browse()
    sso.harbor.open(ada)
    into_the_console(ada, sso.harbor.origin)
    ada.page.goto(f"{sso.harbor.origin}/console/apps/reports")
    ada.page.get_by_role("link", name="Sign-in", exact=True).click()
    ada.page.get_by_label("Of whom").fill("ada@harbor.example")
    ada.page.get_by_role("button", name="Show").click()
    expect(ada.page.locator("#told")).to_contain_text("preferred_username")
    ada.clean_both_ways()
    ada.page.get_by_role("button", name="Make a new one").click()
    expect(ada.page.get_by_text("shown this once")).to_be_visible()
    ada.clean_both_ways()

    asked = {"scope": "openid email"}
    code = requests.post(
        f"{sso.harbor.origin}/oidc/device", data=asked, auth=("reports", sso.secret), timeout=60
    ).json()["user_code"]
    ada.page.goto(f"{sso.harbor.origin}/device")
    ada.clean_both_ways()
    ada.page.locator("input[name=code]").fill(code)
    ada.page.get_by_role("button", name="Continue").click()
    expect(ada.page.locator("main")).to_contain_text("127.0.0.1")
    ada.clean_both_ways()
    ada.page.get_by_role("button", name="I did not begin this").click()
    expect(heading(ada)).to_have_text("The device was refused")
    ada.clean_both_ways()
