"""Microsoft asks for the second factor in a real browser: a form of another site, a passkey, and a press of a button.

The other site is an emulator from Microsoft's published reference, not Microsoft.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import expect
from tests.journeys.conftest import Harbor, heading, serve
from tests.ports import free_port
from tests.sso.entra.tenant import MIA, TOM, Tenant, written
from tests.sso.issuer import issuer_at_work

from limen.clock import MINUTE, SystemClock
from limen.sso.entra.external_method import ExternalMethod

START, BACK = "/start", "/common/federation/externalauthprovider"


@pytest.fixture
def both(tmp_path: Any, upstream: int) -> Iterator[tuple[Harbor, Tenant]]:
    with issuer_at_work() as issuer:
        issuer.clock = SystemClock()
        harbor, stop = serve(tmp_path, free_port(), upstream, write=written)
        tenant = Tenant(issuer)
        tenant.publish()
        issuer.answers[BACK] = lambda handler: told(handler, "<h1>Back at Microsoft</h1>")
        yield harbor, tenant
        stop()


def test_a_second_factor_for_microsoft(both: tuple[Harbor, Tenant], browse: Any) -> None:
    harbor, tenant = both
    mia = browse(locale="de-DE")
    page = mia.page
    harbor.arrive(mia, "Mia Jansen", "staff")
    tenant.links(harbor, MIA, harbor.people["Mia Jansen"])
    harbor.age_sign_ins(5 * MINUTE, "Mia Jansen")

    asked = sends(tenant, harbor, tenant.hint(MIA))
    page.goto(f"{tenant.issuer.url}{START}")
    page.get_by_role("button", name="On").click()
    page.get_by_role("button", name="Passkey").click()
    expect(page.locator("[data-outcome=stated]")).to_be_visible()
    mia.clean_both_ways()
    assert posted(tenant) == []  # nothing leaves by itself
    page.locator("[data-outcome] form button").click()
    expect(heading(mia)).to_have_text("Back at Microsoft")
    (form,) = posted(tenant)
    keys: Any = harbor.limen.core.offers.take(ExternalMethod).key_set()
    claims = jwt.decode(form["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (claims["nonce"], claims["amr"], form["state"]) == (asked["nonce"], ["fido"], asked["state"])
    assert claims["iss"] == f"{harbor.origin}/entra"

    asked = sends(tenant, harbor, tenant.hint(TOM, "tom@harbor.example"))
    page.goto(f"{tenant.issuer.url}{START}")
    page.get_by_role("button", name="On").click()
    expect(page.locator("[data-outcome=somebody-else]")).to_be_visible()
    mia.clean_both_ways()
    page.locator("[data-outcome] form button").click()
    expect(heading(mia)).to_have_text("Back at Microsoft")
    assert posted(tenant)[1:] == [{"error": "access_denied", "state": asked["state"]}]


def sends(tenant: Tenant, harbor: Harbor, hint: str) -> dict[str, str]:
    """The page there from which a browser is sent to Limen, and what it brings."""
    fields = tenant.fields(hint)
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(said)}">' for name, said in fields.items())
    form = f'<form method="post" action="{harbor.origin}/entra/authorize">{hidden}<button>On</button></form>'
    tenant.issuer.answers[START] = lambda handler: told(handler, form)
    return fields


def posted(tenant: Tenant) -> list[dict[str, str]]:
    return [form for path, form, _ in tenant.issuer.asked if path == BACK]


def told(handler: BaseHTTPRequestHandler, text: str) -> None:
    body = f"<!doctype html><html lang=en><title>Emulator</title><link rel=icon href=data:,>{text}".encode()
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
