from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from tests.doctor.scene import Authority, answering, dated, serving
from tests.ports import free_port

from limen.clock import HOUR, SystemClock
from limen.doctor.http_client import NoAnswerError, Reply, Target, ask, greet


async def asked(port: int, trust: ssl.SSLContext | None = None, name: str = "a.example", seconds: float = 2) -> Reply:
    return await ask(Target("127.0.0.1", port, name, trust), "/", {"Host": name}, seconds)


async def test_the_head_of_an_answer_is_read() -> None:
    async with serving(answering("302 Found", Location="/x", Date=dated(1), Set_Cookie="a=b; Path=/")) as port:
        reply = await asked(port)
    assert (reply.status, reply.location, reply.cookies) == (302, "/x", ("a=b",))
    assert reply.sent_at is not None
    assert abs(reply.sent_at - SystemClock().now() - HOUR) < 5_000


async def test_an_early_hint_is_not_the_answer() -> None:
    async with serving(lambda _: b"HTTP/1.1 103 Early Hints\r\nLocation: /no\r\n\r\nHTTP/1.1 204 No\r\n\r\n") as port:
        assert (await asked(port)) == Reply(204)


@pytest.mark.parametrize(("answer", "word"), [(lambda _: b"SSH-2.0-x\r\n", "garbage"), (lambda _: b"", "garbage")])
async def test_what_is_no_http_is_said(answer, word: str) -> None:
    async with serving(answer) as port:
        with pytest.raises(NoAnswerError) as wrong:
            await asked(port)
    assert wrong.value.word == word


async def test_a_server_that_hangs_is_given_up() -> None:
    async with serving(None) as port:
        with pytest.raises(NoAnswerError) as wrong:
            await asked(port, seconds=0.05)
    assert wrong.value.word == "slow"


async def test_where_nothing_listens_it_is_refused() -> None:
    with pytest.raises(NoAnswerError) as wrong:
        await asked(free_port())
    assert wrong.value.word == "refused"


async def test_each_fault_of_a_certificate_is_told(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs", "Somebody Else CA")
    faults = {
        "expired": ours.serves("a.example", days=(-90, -3)),
        "not-yet": ours.serves("a.example", days=(2, 90)),
        "wrong-name": ours.serves("b.example"),
        "untrusted": theirs.serves("a.example"),
        "self-signed": ours.serves("a.example", own=True),
    }
    for word, context in faults.items():
        async with serving(tls=context) as port:
            with pytest.raises(NoAnswerError) as wrong:
                await asked(port, ours.trust)
        assert wrong.value.word == "tls"
        assert wrong.value.fault is not None
        assert (wrong.value.fault.word, wrong.value.fault.served is not None) == (word, True)
    async with serving() as port:
        with pytest.raises(NoAnswerError) as wrong:
            await greet(Target("127.0.0.1", port, "a.example", ours.trust))
    assert wrong.value.fault is not None
    assert wrong.value.fault.word == "plain"


async def test_a_good_certificate_is_read(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    async with serving(tls=ours.serves("a.example", "127.0.0.1")) as port:
        reply = await asked(port, ours.trust)
        greeted = await greet(Target("127.0.0.1", port, "a.example", ours.trust))
    assert reply.served == greeted
    assert greeted is not None
    assert (greeted.names, greeted.issuer) == (("a.example", "127.0.0.1"), "Harbor CA")
