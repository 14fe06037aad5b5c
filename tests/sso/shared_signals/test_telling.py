"""What one receiver is told of something that happened."""

from __future__ import annotations

from typing import Any

import pytest

from limen.facts import App, Person
from limen.facts.app import Upstream
from limen.facts.oidc_client import OidcClient
from limen.sso.shared_signals.event_types import CAEP, RISC, Verification
from limen.sso.shared_signals.outbox_store import Noted
from limen.sso.shared_signals.receivers import SignalReceiver, SubjectFormat
from limen.sso.shared_signals.store import Stream
from limen.sso.shared_signals.telling import Teller, about_somebody, stream_token

NOW = 1_764_000_000_000
TELLER = Teller("https://id.example", lambda person, app: f"{app.id}:{person}")
REVOKED, CLAIMS = f"{CAEP}session-revoked", f"{CAEP}token-claims-change"
STREAM = Stream(id="sg_1", receiver="wiki", made_at=NOW, events=(REVOKED, CLAIMS))
TOM = Person("pe_2", "Tom", "tom@harbor.example", frozenset({"staff"}))
WIKI = SignalReceiver(
    id="wiki",
    name="Wiki",
    audience="https://wiki.example",
    events=("session-revoked", "token-claims-change"),
    about=("staff", "sales"),
)


def noted(uri: str = REVOKED, **more: Any) -> Noted:
    said = {"person": "pe_1", "email": "ida@harbor.example", "groups": ("engineering", "staff"), **more}
    return Noted(at=NOW, change="ev_1", uri=uri, **said)


def app(**client: Any) -> App:
    redirect = ("https://wiki.example/back",)
    return App("wiki", "Wiki", "", Upstream("", 0), oidc=OidcClient(redirect_uris=redirect, **client))


def claims(
    told: Noted, receiver: SignalReceiver = WIKI, of: App | None = None, sids: tuple[str, ...] = ()
) -> list[Any]:
    return [dict(one.claims) for one in TELLER.told(told, receiver, of, STREAM, sids, NOW)]


@pytest.mark.parametrize(
    ("told", "is_due"),
    [
        (noted(), True),
        (noted(groups=("sales",)), True),
        (noted(groups=("engineering",)), False),
        (noted(groups=(), left=("staff",)), True),
        (noted(f"{RISC}account-disabled"), False),
    ],
)
def test_it_is_told_what_it_asked_for_and_may_know(told: Noted, is_due: bool) -> None:
    assert TELLER.is_due(told, WIKI, STREAM) is is_due


def test_what_the_company_does_not_let_it_know_it_can_ask_for_in_vain() -> None:
    asked = Stream(id="sg_1", receiver="wiki", made_at=NOW, events=(f"{RISC}account-disabled",))
    assert not TELLER.is_due(noted(f"{RISC}account-disabled"), WIKI, asked)


def test_a_person_by_their_address_or_as_the_app_calls_them() -> None:
    by_app = SignalReceiver(id="w", name="W", audience="w", events=(), app="wiki", subject=SubjectFormat.ISS_SUB)
    assert claims(noted())[0]["sub_id"] == {"format": "email", "email": "ida@harbor.example"}
    named = {"format": "iss_sub", "iss": "https://id.example", "sub": "wiki:pe_1"}
    assert claims(noted(), by_app, app())[0]["sub_id"] == named


def test_a_session_as_the_app_calls_its_sign_ins_by_it_and_none_where_there_was_none() -> None:
    told = noted(session="se_1")
    assert [one["sub_id"]["session"]["id"] for one in claims(told, of=app(), sids=("g_1", "g_2"))] == ["g_1", "g_2"]
    assert claims(told, of=app()) == []
    assert [one["sub_id"]["session"]["id"] for one in claims(told)] == ["se_1"]


def test_a_device_stands_beside_its_person() -> None:
    (told,) = claims(noted(device="de_1"))
    assert told["sub_id"]["device"] == {"format": "opaque", "id": "de_1"}
    assert (told["txn"], told["toe"], told["iss"], told["aud"]) == (
        "ev_1",
        NOW // 1000,
        "https://id.example",
        WIKI.audience,
    )


def test_groups_are_told_in_the_apps_words_as_far_as_it_is_told_them() -> None:
    changed = noted(CLAIMS, event={"claims": {"groups": None}})
    uri = CLAIMS
    assert claims(changed)[0]["events"][uri]["claims"] == {"groups": ["staff"]}
    words = app(groups=(("staff", "Viewer"), ("engineering", "Editor")), scopes=("openid", "groups"))
    assert claims(changed, of=words)[0]["events"][uri]["claims"] == {"groups": ["Editor", "Viewer"]}
    assert claims(changed, of=app(scopes=("openid",))) == []
    assert claims(noted(CLAIMS, event={"claims": {"email": None}})) == []


def test_what_is_about_everybody_is_about_each() -> None:
    each = about_somebody(noted(person="", email="", groups=()), TOM, ())
    assert (each.person, each.email, each.groups, each.uri) == ("pe_2", "tom@harbor.example", ("staff",), REVOKED)


def test_a_token_about_the_stream_names_it() -> None:
    due = stream_token(TELLER.issuer, Verification(state="x"), WIKI, STREAM, NOW)
    assert due.claims["sub_id"] == {"format": "opaque", "id": "sg_1"}
    assert due.person_id == ""
