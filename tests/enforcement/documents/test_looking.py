"""The look into a body, and what becomes of it when it fails."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace

import pytest
from tests.enforcement.documents.checks import SECRET, Checks, form

from limen.enforcement.documents.looking import Held, Looking
from limen.facts import Label
from limen.facts.passing import Channel, Passing, Step
from limen.http_bodies.spool import Budget, Spool

PASSING = Passing(Channel.UPLOAD, "ana", "wiki", "n")


async def _pieces(*pieces):
    for one in pieces:
        if isinstance(one, BaseException):
            raise one
        yield one


def _held(*pieces, **budget):
    return Held(_pieces(*pieces), Spool(Budget(**budget), "ana"))


async def _all(pieces):
    return b"".join([piece async for piece in pieces])


async def test_each_document_is_judged_by_itself_and_known_again():
    looking = Looking(Checks().offer(), b"k" * 32)
    body = form(("f", "a.txt", SECRET.encode()), ("g", "b.txt", b"nothing"), ("h", "c.txt", SECRET.encode()))
    held = _held(body[:50], body[50:])
    looked = await looking.body(PASSING, held, b"multipart/form-data; boundary=xYx")
    assert [(one.passing.name, one.field, one.judged.step) for one in looked] == [
        ("a.txt", "f", Step.BLOCK),
        ("b.txt", "g", Step.ALLOW),
        ("c.txt", "h", Step.BLOCK),
        ("n", "", Step.ALLOW),
    ]
    assert [one.digest for one in looked] == [b""] * 4
    known = await looking.identified(looked, held, b"multipart/form-data; boundary=xYx")
    assert known[0].digest == known[2].digest != known[1].digest != b""
    assert await _all(held.all_of_it()) == body


async def test_the_digest_is_of_the_whole_also_where_the_scanner_reads_no_further():
    checks = Checks()
    whole = checks.inspect

    async def first_only(body, name="", owner=""):
        return await whole(await anext(body), name)

    checks.inspect = first_only
    looking = Looking(checks.offer(), b"k" * 32)
    digests = set()
    for end in (b"this", b"that"):
        held = _held(b"a" * 1_000, end)
        digests |= {one.digest for one in await looking.identified(await looking.body(PASSING, held, b""), held, b"")}
    assert len(digests) == 2


async def test_taking_it_apart_once_more_lets_others_have_their_turn_and_has_an_end():
    looking = Looking(Checks().offer(), b"k" * 32)
    held = _held(*[b"x" * (1 << 20)] * 9)
    looked = await looking.body(PASSING, held, b"")
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(others())
    (known,) = await looking.identified(looked, held, b"")
    beside.cancel()
    assert turns >= 3
    assert known.digest
    late = Looking(Checks().offer(), b"k" * 32, late_seconds=0.0)
    assert [one.digest for one in await late.identified(looked, held, b"")] == [b""]


async def test_the_whole_of_a_body_has_no_digest_of_a_document_in_it():
    looking = Looking(Checks().offer(), b"k" * 32)
    body = form(("f", "a.txt", SECRET.encode()), ("g", "b.txt", b"nothing"))
    digests, of_a_form = [], b"multipart/form-data; boundary=xYx"
    for held, coding in ((_held(body), b""), (_held(gzip.compress(body)), b"gzip")):
        looked = await looking.body(PASSING, held, of_a_form, coding)
        digests.append([one.digest for one in await looking.identified(looked, held, of_a_form, coding)])
    assert digests[0] == digests[1][:3]
    assert len({*digests[1]}) == 4


async def test_what_goes_wrong_with_the_source_is_no_failure_of_the_look():
    looking = Looking(Checks().offer(), b"k" * 32)
    for content_type in (b"", b"multipart/form-data; boundary=xYx", b"application/json"):
        with pytest.raises(ConnectionResetError):
            await looking.body(PASSING, _held(b"--xYx", ConnectionResetError()), content_type)


async def test_a_form_that_is_broken_is_looked_at_as_it_is_too():
    looked = await Looking(Checks(unread=Step.WATCH, stops=False).offer(), b"k" * 32).body(
        PASSING, _held(b"--xYx\r\n\r\n", SECRET.encode()), b"multipart/form-data; boundary=xYx"
    )
    assert [(one.judged.step, set(one.inspected.why_not)) for one in looked] == [
        (Step.BLOCK, set()),  # what was read of it, and all of it as it came
        (Step.BLOCK, set()),
        (Step.WATCH, {"broken"}),
    ]


async def test_what_was_found_before_a_body_became_too_large_counts():
    held = _held(SECRET.encode() + b"\n" * 300, b"x" * 1_000, b"x", of_one=1_000)
    looked = await Looking(Checks().offer(), b"k" * 32).body(PASSING, held, b"")
    assert [(one.judged.step, set(one.inspected.why_not)) for one in looked] == [
        (Step.BLOCK, set()),
        (Step.ALLOW, {"too-large"}),
    ]


async def test_where_the_look_fails_a_restricted_app_gets_nothing():
    restricted = Passing(Channel.UPLOAD, "ana", "payroll", label=Label.RESTRICTED)
    looking = Looking(Checks(fails=ValueError, stops=False).offer(), b"k" * 32)
    (looked,) = await looking.body(restricted, _held(b"x"), b"")
    assert (looked.judged.step, set(looked.inspected.why_not)) == (Step.BLOCK, {"failed"})
    (looked,) = await looking.body(PASSING, _held(b"x"), b"")
    assert looked.judged.step is Step.ALLOW


async def test_what_fails_and_what_can_not_be_taken_apart_is_stopped_where_rules_stop_something():
    late = Looking(Checks(fails=ValueError, stops=True).offer(), b"k" * 32)
    (looked,) = await late.body(PASSING, _held(b"x"), b"")
    assert (looked.judged.step, looked.judged.may_justify) == (Step.BLOCK, False)
    broken, form_type = b"before\r\n--xYx--", b"multipart/form-data; boundary=xYx"
    for stops, label, wanted in (
        (True, None, Step.BLOCK),
        (False, None, Step.ALLOW),
        (False, Label.RESTRICTED, Step.BLOCK),
    ):
        passing = replace(PASSING, label=label)
        looked = await Looking(Checks(stops=stops).offer(), b"k" * 32).body(passing, _held(broken), form_type)
        assert max(one.judged.step for one in looked) is wanted
    looked = await Looking(Checks(stops=True).offer(), b"k" * 32).body(PASSING, _held(b"x" * 99, of_one=9), b"")
    assert looked[-1].judged.step is Step.ALLOW  # that it is too large is for the rules to judge


async def test_a_restricted_app_gets_no_piece_of_what_is_packed():
    looking = Looking(Checks(stops=True).offer(), b"k" * 32)
    for label, edges, wanted in (
        (Label.RESTRICTED, [], Step.BLOCK),
        (Label.RESTRICTED, None, Step.ALLOW),
        (None, [], Step.ALLOW),
    ):
        (looked,) = await looking.body(replace(PASSING, label=label), _held(b"PK\0"), b"", edges=edges)
        assert looked.judged.step is wanted


async def test_a_judge_that_fails_stops_it():
    checks = Checks()
    checks.judge = lambda _passing, _inspected: 1 / 0
    (looked,) = await Looking(checks.offer(), b"k" * 32).body(PASSING, _held(b"x"), b"")
    assert looked.judged.step is Step.BLOCK
    assert not looked.judged.may_justify


async def test_a_message_is_looked_at_and_may_be_late():
    checks = Checks(unread=Step.BLOCK)
    looking = Looking(checks.offer(), b"k" * 32, late_seconds=0.01)
    assert (await looking.text(PASSING, SECRET.encode())).judged.step is Step.BLOCK

    async def never(*_about):
        await asyncio.Event().wait()

    checks.inspect = never
    late = await Looking(checks.offer(), b"k" * 32, late_seconds=0.01).text(PASSING, b"x")
    assert (late.judged.step, set(late.inspected.why_not)) == (Step.BLOCK, {"timed-out"})


async def test_a_scanner_that_says_of_itself_that_it_failed_has_failed():
    checks = Checks()

    async def fails(body, name="", owner=""):
        return checks.offer().not_inspected("timed-out")

    checks.inspect = fails
    looking = Looking(checks.offer(), b"k" * 32)
    restricted = Passing(Channel.UPLOAD, "ana", "payroll", label=Label.RESTRICTED)
    (looked,) = await looking.body(restricted, _held(b"x", b"y"), b"")
    assert looked.judged.step is Step.BLOCK


async def test_a_scanner_that_hides_what_went_wrong_with_the_source_does_not():
    checks = Checks()

    async def hides(body, name="", owner=""):
        try:
            async for _ in body:
                pass
        except ConnectionResetError:
            return checks.offer().not_inspected("failed")

    checks.inspect = hides
    with pytest.raises(ConnectionResetError):
        await Looking(checks.offer(), b"k" * 32).body(PASSING, _held(b"x", ConnectionResetError()), b"")
