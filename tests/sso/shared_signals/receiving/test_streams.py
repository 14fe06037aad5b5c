"""Our stream at a transmitter: made, changed, verified, polled and removed, and what it costs when that fails."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.sso.issuer import FakeIssuer, harbor_with
from tests.sso.shared_signals.receiving.harbor import ALL_OF_IT
from tests.sso.shared_signals.receiving.people import elsewhere, is_in
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    Outside,
    account,
    asks,
    counts_of,
    declared,
    email,
    new_key,
    receiver_of,
    stream_of,
    streams_made,
    streams_of,
    transmitter_of,
    written,
)
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE
from limen.sso.shared_signals.receiving.streams import is_silent
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter, Transmitters

REVOKED = f"{CAEP}session-revoked"


async def polling(closing: AsyncExitStack, folder: Path, there: FakeIssuer, okta: Outside) -> House:
    text = declared(okta, ALL_OF_IT + "\n    delivery: poll")
    house = await harbor_with(closing, folder, [there], also=lambda at: written(at, text))
    await streams_made(house, okta)
    return house


async def test_what_is_asked_for_is_what_the_folder_says_and_is_asked_anew_when_that_changes(
    house: House, okta: Outside
) -> None:
    made = okta.stream
    assert made["events_requested"] == sorted(transmitter_of(house).events)
    assert made["delivery"]["endpoint_url"].endswith("/signals/from/okta")
    first = made["delivery"]["authorization_header"]
    await asks(house)
    assert [one for one in okta.asked if one[1] == "/streams"] == [("POST", "/streams", okta.asked[1][2])]
    narrower = declared(okta, "upstreams: [there]\n    events: [session-revoked]")
    house.limen.known.set_rules(Transmitters, Transmitters((_declared(okta, narrower),)))
    await asks(house)
    assert okta.stream["events_requested"] == [REVOKED]
    assert okta.stream["delivery"]["authorization_header"] != first  # it is a new one, and the old opens nothing
    token = okta.token(REVOKED, account(okta))
    assert (await okta.push(token, authorization=first)).json()["err"] == "authentication_failed"
    assert (await okta.push(token)).status_code == 202


def _declared(okta: Outside, _text: str) -> SignalTransmitter:
    return SignalTransmitter("okta", okta.url, "okta", events=frozenset({REVOKED}), upstreams=("there",))


async def test_it_is_looked_at_and_verified_now_and_then_and_sooner_where_it_does_not_answer(
    house: House, okta: Outside
) -> None:
    assert (stream_of(house).status, len(okta.verifications)) == ("enabled", 1)
    okta.status = "paused"
    house.clock.forward(6 * MINUTE)
    await asks(house)
    assert (stream_of(house).status, len(okta.verifications)) == ("paused", 2)
    await okta.push(okta.verification(okta.verifications[-1]))
    house.clock.forward(HOUR)
    await asks(house)
    assert len(okta.verifications) == 2
    house.clock.forward(6 * HOUR)
    await asks(house)
    assert len(okta.verifications) == 3


async def test_a_stream_that_does_not_prove_for_long_that_it_works_is_silent(house: House, okta: Outside) -> None:
    assert not is_silent(transmitter_of(house), stream_of(house), house.clock.now())  # it has just been made
    await okta.push(okta.verification(okta.verifications[-1]))
    okta_here = transmitter_of(house)
    now = house.clock.now()
    assert not is_silent(okta_here, stream_of(house), now + 11 * HOUR)
    assert is_silent(okta_here, stream_of(house), now + 13 * HOUR)
    by_hand = SignalTransmitter("okta", okta.url, audience="limen")
    assert not is_silent(by_hand, stream_of(house), now + DAY)


async def test_what_goes_wrong_there_is_said_in_words_of_ours(house: House, okta: Outside) -> None:
    for status, word in ((401, "token"), (404, "no such stream"), (500, "error"), (302, "redirects")):
        okta.answers["/status"] = lambda handler, status=status: handler.reply(  # type: ignore[misc]
            status, {"secret": "x"}, location="http://169.254.169.254/"
        )
        house.clock.forward(6 * MINUTE)
        await asks(house)
        assert word in stream_of(house).asked.error
    assert len(house.events("received_signal.unreachable")) == 1
    okta.answers.clear()
    await asks(house)
    assert stream_of(house).asked.error == ""
    assert len(house.events("received_signal.reachable")) == 1


async def test_a_stream_that_is_gone_there_is_made_anew(house: House, okta: Outside) -> None:
    okta.stream = {**okta.stream, "stream_id": "another"}
    house.clock.forward(6 * MINUTE)
    await asks(house)
    okta.stream = {}
    await asks(house)
    assert stream_of(house).stream_id == okta.stream["stream_id"] != ""


async def test_what_waits_is_polled_and_acknowledged_after_it_is_durable(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        house = await polling(closing, tmp_path / "harbor", there, okta)
        assert stream_of(house).verified_at > 0  # the verification came by the first poll
        tom = house.browser()
        await house.member(tom, "Tom", "staff")
        good = [okta.offers(REVOKED, email("tom@harbor.example")) for _ in range(45)]
        okta.waiting["bad"] = okta.signed(okta.claims(REVOKED, None), key=new_key())
        await asks(house)
        assert (set(good) <= set(okta.acks), okta.waiting) == (True, {})
        assert okta.errors["bad"]["err"] == "invalid_key"
        assert counts_of(house, "event")["session-revoked"] == 45
        assert (await okta.push(okta.token(REVOKED, None), authorization="Bearer x")).status_code == 400


async def test_what_was_polled_and_not_acknowledged_comes_again_and_changes_nothing(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        house = await polling(closing, tmp_path / "harbor", there, okta)
        token_id = okta.offers(REVOKED, email("tom@harbor.example"))
        token = okta.waiting[token_id]
        await receiver_of(house).take(transmitter_of(house), stream_of(house), token)  # and then there was a crash
        await asks(house)
        assert token_id in okta.acks
        assert counts_of(house, "event")["session-revoked"] == 1


async def test_whoever_is_not_declared_any_more_is_left_and_forgotten(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other, token = await elsewhere(house, there), okta.token(REVOKED, account(there))
    house.limen.known.set_rules(Transmitters, Transmitters())
    assert (await okta.push(token)).json()["err"] == "authentication_failed"
    house.clock.forward(6 * MINUTE)
    for _ in range(200):
        await streams_of(house).ask_due()
        if not okta.stream:
            break
        await asyncio.sleep(0.02)
    assert okta.stream == {}
    assert (stream_of(house).asked.has_secret, await is_in(other)) == (False, True)


async def test_a_stream_that_begins_about_nobody_is_told_of_whom_it_may_speak(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    okta.configuration = {"default_subjects": "NONE"}
    async with AsyncExitStack() as closing:
        text = declared(okta, ALL_OF_IT)
        house = await harbor_with(closing, tmp_path / "harbor", [there], also=lambda at: written(at, text))
        await house.member(house.browser(), "Tom", "staff")
        await streams_made(house, okta)
        assert okta.subjects == [email("tom@harbor.example")]
        await house.member(house.browser(), "Ida", "staff")
        await asks(house)
        assert okta.subjects[1:] == [email("ida@harbor.example")]
