"""Taking tokens: what holds, what is refused in which words, and what came once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sso.issuer import FakeIssuer
from tests.sso.shared_signals.receiving.people import elsewhere
from tests.sso.shared_signals.receiving.transmitting import (
    ADDRESS,
    CAEP,
    SSF,
    Outside,
    account,
    counts_of,
    email,
    new_key,
    receiver_of,
    stream_of,
)
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.identity import signalled
from limen.sso.shared_signals.receiving import receiver
from limen.sso.shared_signals.sets import OLDEST
from limen.storage.errors import StorageError

REVOKED = f"{CAEP}session-revoked"


async def test_a_session_that_is_revoked_there_ends_here_and_is_refused_when_it_is_answered(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other = await elsewhere(house, there)
    await okta.tells(REVOKED, account(there))
    assert ((await other.get("/sessions")).status_code, (await mia.get("/sessions")).status_code) == (303, 200)
    assert counts_of(house, "event") == {"session-revoked": 1}
    assert 0 < house.clock.now() - stream_of(house).heard_at < MINUTE


async def test_a_token_counts_once(house: House, okta: Outside, mia: Browser, there: FakeIssuer) -> None:
    token = okta.token(REVOKED, account(there))
    assert (await okta.push(token)).status_code == 202
    house.clock.forward(SECOND)
    other = await elsewhere(house, there)
    assert (await okta.push(token)).status_code == 202  # taken before: nothing is wrong, and nothing happens
    assert (await other.get("/sessions")).status_code == 200
    assert counts_of(house, "event") == {"session-revoked": 1}
    house.clock.forward(OLDEST - HOUR)
    await receiver_of(house).forget()
    assert (await receiver_of(house).push("okta", okta.bearer, token.encode(), "")).is_repeated
    house.clock.forward(2 * HOUR)
    await receiver_of(house).forget()
    assert (await okta.push(token)).json()["err"] == "invalid_request"


WRONG = {
    "issuer": "invalid_issuer",
    "audience": "invalid_audience",
    "no audience": "invalid_audience",
    "old": "invalid_request",
    "future": "invalid_request",
    "without iat": "invalid_request",
    "without jti": "invalid_request",
    "without events": "invalid_request",
    "with exp": "invalid_request",
    "with sub": "invalid_request",
    "key": "invalid_key",
    "kid": "invalid_key",
    "typ": "invalid_key",
    "garbage": "invalid_request",
    "long": "invalid_request",
    "subject": "invalid_request",
}


async def test_what_does_not_hold_is_refused_in_the_words_of_the_standard(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other = await elsewhere(house, there)
    for wrong, err in WRONG.items():
        answer = await okta.push(_wrong(okta, there, wrong))
        said = (413, err) if wrong == "long" else (400, err)
        assert (answer.status_code, answer.json()["err"]) == said, wrong
    assert (await other.get("/sessions")).status_code == 200
    assert counts_of(house, "event") == {}
    assert sum(counts_of(house, "refused").values()) == len(WRONG) - 1  # what is too long is not even read
    refused = house.events("received_signal.refused")[0]
    assert (refused.address, refused.details) == (ADDRESS, {"transmitter": "okta"})


def _wrong(okta: Outside, there: FakeIssuer, wrong: str) -> str:  # noqa: PLR0911 -- a line each
    subject = account(there)

    def token(**more: Any) -> str:
        return okta.token(REVOKED, subject, **more)

    claims = okta.claims(REVOKED, subject)
    match wrong:
        case "issuer":
            return token(iss="https://evil.example")
        case "audience":
            return token(aud=["https://other.example"])
        case "no audience":
            return token(aud=None)
        case "old":
            return token(iat=okta.now - (OLDEST + DAY) // 1000)
        case "future":
            return token(iat=okta.now + 6 * 60)
        case "without iat" | "without jti" | "without events":
            return token(**{wrong.split()[1]: None})
        case "with exp":
            return token(exp=okta.now + 600)
        case "with sub":
            return token(sub="mia-there")
        case "key":
            return okta.signed(claims, key=new_key())
        case "kid":
            return okta.signed(claims, kid="two", key=okta.keys["one"])
        case "typ":
            return okta.signed(claims, typ="JWT")
        case "subject":
            return token(sub_id={"format": "email", "email": ""})
        case "long":
            return "a" * (receiver.LONGEST + 1)
    return "\x00 no token"


async def test_what_is_not_believed_or_not_understood_is_taken_and_changes_nothing(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other = await elsewhere(house, there)
    await okta.tells("https://evil.example/explode", account(there))
    await okta.tells(f"{CAEP}session-established", account(there))
    assert counts_of(house, "event") == {"not understood": 1, "not believed: session-established": 1}
    assert (await other.get("/sessions")).status_code == 200


async def test_whom_nobody_knows_is_counted_and_whom_it_may_not_name_is_told(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    for subject, word in (
        (account(there, "nobody"), "nobody"),
        (email("nobody@harbor.example"), "nobody"),
        (email("mia@elsewhere.example"), "not-its-own"),
        ({"format": "iss_sub", "iss": "https://evil.example", "sub": "mia-there"}, "not-its-own"),
        ({"format": "opaque", "id": "mia"}, "format"),
        (None, "no-subject"),
    ):
        before = counts_of(house, "unknown").get(word, 0)
        await okta.tells(REVOKED, subject)
        assert counts_of(house, "unknown")[word] == before + 1
    assert [one.reason for one in house.events("received_signal.not_its_own")] == ["not-its-own"] * 2
    assert len(house.events("received_signal.unknown")) == 4


async def test_a_stream_proves_that_it_works_by_what_it_was_asked_with(house: House, okta: Outside) -> None:
    state = stream_of(house).verify_state
    assert okta.verifications == [state]
    for wrong in ("", "x", state + "x"):
        assert (await okta.push(okta.verification(wrong))).status_code == 202
        assert stream_of(house).verified_at == 0
    elsewhere = okta.token(f"{SSF}verification", {"format": "opaque", "id": "another"}, {"state": state})
    assert (await okta.push(elsewhere)).json()["err"] == "invalid_audience"
    assert (await okta.push(okta.verification(state))).status_code == 202
    stream = stream_of(house)
    assert (stream.verified_at > 0, stream.verify_state) == (True, "")


async def test_the_transmitter_tells_that_its_stream_is_paused(house: House, okta: Outside) -> None:
    subject = {"format": "opaque", "id": okta.stream["stream_id"]}
    await okta.tells(f"{SSF}stream-updated", subject, {"status": "paused", "reason": "Too many errors"})
    stream = stream_of(house)
    assert (stream.status, stream.status_why) == ("paused", "Too many errors")
    assert [one.details["status"] for one in house.events("received_signal.stream_status")] == ["paused", "enabled"]


async def test_only_who_has_the_streams_token_is_read_and_nobody_else_learns_anything(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other, token = await elsewhere(house, there), okta.token(REVOKED, account(there))
    answers = []
    bearers = ("", "Bearer", "Bearer x", okta.bearer[:-1], okta.bearer.replace("Bearer", "Basic"))
    for name in ("okta", "nobody"):
        answers += [await okta.push(token, name, authorization=bearer) for bearer in bearers]
    answers.append(await okta.push(token, "nobody"))
    assert {(one.status_code, one.text) for one in answers} == {(400, answers[0].text)}
    assert answers[0].json()["err"] == "authentication_failed"
    assert (await other.get("/sessions")).status_code == 200
    assert counts_of(house, "refused") == {}  # strangers write no row


async def test_what_is_no_token_by_its_type_is_not_read(house: House, okta: Outside) -> None:
    for kind in ("application/json", "text/plain", ""):
        answer = await okta.push(okta.token(REVOKED, None), **{"content-type": kind})
        assert answer.status_code == 415


async def test_without_the_issuers_keys_it_is_told_to_send_again(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    okta.answers["/keys"] = lambda handler: handler.reply(500, {})  # type: ignore[attr-defined]
    token = okta.token(REVOKED, account(there))
    answer = await okta.push(token)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    okta.answers.clear()
    house.clock.forward(MINUTE)
    assert (await okta.push(token)).status_code == 202


async def test_what_could_not_be_done_is_done_when_the_token_comes_again(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is spent in the transaction that ends the sessions: where one is lost, so is the other."""
    other, token = await elsewhere(house, there), okta.token(REVOKED, account(there))
    with monkeypatch.context() as away:

        def busy(*_: Any) -> bool:
            raise StorageError("the database is busy", "wait")

        away.setattr(signalled, "end_session", busy)
        assert (await okta.push(token)).status_code == 503
    assert (await other.get("/sessions")).status_code == 200
    assert (await okta.push(token)).status_code == 202
    assert (await other.get("/sessions")).status_code == 303


async def test_whoever_sends_too_often_is_told_to_wait(
    house: House, okta: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver_of(house), "_rate", receiver.RateLimit(0.001, 2))
    answers = [await okta.push(okta.token(REVOKED, None)) for _ in range(3)]
    assert [one.status_code for one in answers] == [202, 202, 503]
