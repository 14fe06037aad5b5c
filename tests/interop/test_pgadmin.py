"""pgAdmin 4 signs people in by Limen and stands behind its gateway, as its page says: a real browser with a passkey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from tests.interop.real_apps import PATIENCE_MS, environment, running
from tests.interop.recipes import block
from tests.interop.single_sign_on import RECIPES, SingleSignOn
from tests.journeys.conftest import heading


@pytest.fixture(scope="module")
def pgadmin(sso: SingleSignOn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where pgAdmin is, for browsers."""
    programs, folder = environment("pgadmin"), tmp_path_factory.mktemp("pgadmin")
    here, port = sso.apps["databases"], sso.ports["databases"]
    (folder / "config_local.py").write_text(f"""{sso.as_here("databases", block(RECIPES["databases"], "python"))}
DATA_DIR = "{folder}/data"
DEFAULT_SERVER_PORT = {port}
UPGRADE_CHECK_ENABLED = False
""")
    first = {"PGADMIN_SETUP_EMAIL": "setup@harbor.example", "PGADMIN_SETUP_PASSWORD": "of-this-test-alone"}
    command = [str(programs / "pgadmin4")]
    with running(folder, command, port, ["limen.harbor.localhost"], {**first, "PYTHONPATH": str(folder)}):
        yield here


def test_somebody_signs_in_with_a_passkey_and_is_out_at_once_when_revoked(
    sso: SingleSignOn, pgadmin: str, browse: Any
) -> None:
    pia = browse()
    pia.without_autofill()
    sso.harbor.arrive(pia, "Pia Marsh", "staff", "engineering")
    pia.page.get_by_role("button", name="Sign out").click()
    expect(heading(pia)).to_have_text("You are signed out")
    pia.page.goto(pgadmin)
    pia.page.get_by_role("button", name="Sign in with a passkey").click()
    pia.page.get_by_role("button", name="Limen").click()
    pia.page.wait_for_url(f"{pgadmin}/browser/")
    expect(pia.page.get_by_text("pia.marsh@harbor.example").first).to_be_visible(timeout=PATIENCE_MS)

    sso.revoke("Pia Marsh")
    pia.page.goto(f"{pgadmin}/browser/")
    assert pia.page.url.startswith(sso.harbor.origin)
    expect(heading(pia)).to_have_text("Sign in to Harbor")


def test_who_is_in_no_group_that_is_mapped_is_not_let_in_by_pgadmin(
    sso: SingleSignOn, pgadmin: str, browse: Any
) -> None:
    jon = browse()
    sso.harbor.arrive(jon, "Jon Marsh", "staff")
    jon.page.goto(pgadmin)
    jon.page.get_by_role("button", name="Limen").click()
    expect(jon.page.get_by_text("not authorized").first).to_be_visible(timeout=PATIENCE_MS)
    jon.page.goto(f"{pgadmin}/browser/")
    assert jon.page.url.startswith(f"{pgadmin}/login")


def test_who_signs_out_there_is_signed_out_of_limen(sso: SingleSignOn, pgadmin: str, browse: Any) -> None:
    kim = browse()
    sso.harbor.arrive(kim, "Kim Marsh", "staff", "engineering")
    kim.page.goto(pgadmin)
    kim.page.get_by_role("button", name="Limen").click()
    kim.page.wait_for_url(f"{pgadmin}/browser/")
    kim.page.goto(f"{pgadmin}/oauth2/logout")
    asked = parse_qs(urlsplit(kim.page.url).query)
    assert kim.page.url.startswith(f"{sso.harbor.origin}/oidc/sign-out?")
    assert (asked["post_logout_redirect_uri"], len(asked["id_token_hint"])) == ([f"{pgadmin}/"], 1)
    kim.page.locator("main").get_by_role("button").first.click()
    kim.page.goto(pgadmin)
    expect(heading(kim)).to_have_text("Sign in to Harbor")
