"""What is kept over a proof, what is not, and which forms say what they do."""

from __future__ import annotations

import re

import pytest

from limen.browser_state import BrowserStates
from limen.clock import SystemClock
from limen.facts import Auth, Session
from limen.pillars import pillars
from limen.storage.kept_briefly import KeptBriefly
from limen.web.build import declared
from limen.web.carried_forms import MOST_BYTES, MOST_FORMS, SECRETS, CarriedForm, CarriedForms, FormGoneError
from limen.web.page import Route
from limen.web.pages import TEMPLATES
from limen.web.permissions import VIEW

ROUTE = Route("POST", "/tokens/new", VIEW, does="Create token")
NOT_KEPT = {
    "/console/data/try": "a file is chosen again",
    "/console/devices/{device_id}/check": "the device looks again, and nothing changes",
    "/console/people/import": "a file is chosen again",
    "/console/import": "a file is chosen again",
    "/console/import/{import_id}/people": "a file is given, and nothing changes",
    "/console/policies/{policy_id}/check": "asked by a script while somebody types",
    "/console/rules/preview": "asked by a script while somebody types",
    "/data/label": "a file is chosen again",
    "/data/label/look": "a file is chosen again",
    "/device": "a code that somebody typed",
    "/device/answer": "what is asked is looked at again",
    "/devices/enrol": "a code that somebody typed",
    "/devices/enrol/answer": "what is asked is looked at again",
    "/devices/{device_id}/check": "the device looks again, and nothing changes",
    "/passkeys/add": "a ceremony of a script",
    "/passkeys/issuers/{issuer_id}/link": "leads away to the issuer, where who they are is asked as well",
    "/passkeys/options": "a ceremony of a script",
    "/passkeys/authenticator": "holds a secret",
    "/passkeys/codes/file": "holds secrets",
    "/passkeys/password": "holds a secret",
}
"""The forms that need a proof and are not carried over it, and why not."""


def session(name: str = "s1") -> Session:
    return Session(name, "p1", Auth(), 0, 1, 1)


def form(*fields: tuple[str, str], route: Route = ROUTE) -> CarriedForm:
    return CarriedForm(route, route.path, {}, fields or (("app", "wiki"),), "/tokens")


@pytest.fixture
def forms() -> CarriedForms:
    kept = KeptBriefly.in_memory(SystemClock())
    return CarriedForms(BrowserStates(kept), kept, {(ROUTE.method, ROUTE.path): ROUTE})


async def test_it_comes_back_once_to_its_session_in_its_browser(forms: CarriedForms) -> None:
    state = await forms.keep(session(), "browser", form())
    assert await forms.take(session(), "browser", state) == form()
    with pytest.raises(FormGoneError) as refused:
        await forms.take(session(), "browser", state)
    assert refused.value.word == "unknown"


async def test_a_session_has_one_the_last(forms: CarriedForms) -> None:
    first = await forms.keep(session(), "browser", form(("app", "wiki")))
    second = await forms.keep(session(), "browser", form(("app", "crm")))
    with pytest.raises(FormGoneError) as refused:
        await forms.take(session(), "browser", first)
    assert refused.value.word == "overtaken"
    assert await forms.take(session(), "browser", second) == form(("app", "crm"))


async def test_of_too_many_sessions_the_oldest_form_makes_room(forms: CarriedForms) -> None:
    states = [await forms.keep(session(f"s{n}"), "browser", form()) for n in range(MOST_FORMS + 1)]
    with pytest.raises(FormGoneError):
        await forms.take(session("s0"), "browser", states[0])
    assert await forms.take(session("s1"), "browser", states[1]) == form()


@pytest.mark.parametrize("name", sorted(SECRETS))
async def test_a_secret_is_never_kept(forms: CarriedForms, name: str) -> None:
    assert await forms.keep(session(), "browser", form(("app", "wiki"), (name, ""))) == ""


async def test_what_is_too_large_or_does_not_say_what_it_does_is_not_kept(forms: CarriedForms) -> None:
    assert await forms.keep(session(), "browser", form(("app", "x" * (MOST_BYTES - 3))))
    assert await forms.keep(session(), "browser", form(("app", "ü" * (MOST_BYTES // 2)))) == ""
    assert await forms.keep(session(), "browser", form(route=Route("POST", "/x", VIEW))) == ""


def test_every_form_that_can_need_a_proof_says_what_it_does_or_why_it_is_not_kept() -> None:
    """Whoever adds one and forgets it would have people press twice without being told what."""
    every = declared(name for pillar in pillars() for name in pillar.pages).routes.values()
    decided = {route.path: route for route in every if route.method == "POST" and route.permission}
    assert {path for path, route in decided.items() if not route.does} == set(NOT_KEPT)


def test_every_field_for_a_secret_is_among_those_that_are_not_kept() -> None:
    inputs = [tag for page in TEMPLATES.rglob("*.html") for tag in re.findall(r"<input[^>]*>", page.read_text("utf-8"))]
    secret = [tag for tag in inputs if 'type="password"' in tag or "one-time-code" in tag]
    assert secret
    assert {re.search(r' name="(\w+)"', tag)[1] for tag in secret} <= SECRETS  # type: ignore[index]
