"""Logs over HTTP: JSON lines and the event collector, as the products that send to it expect its answers."""

from __future__ import annotations

import httpx2
from tests.monitor.houses import packed, send, sources_of, stored, watch_of
from tests.waiting import until
from tests.web.conftest import ORIGIN, House

from limen.monitor.knowing import Knowing
from limen.monitor.sources.hec import MOST_BYTES

COLLECTOR = "/services/collector/event"


async def token_of(house: House, name: str = "app") -> str:
    return await sources_of(house).add_token(name, "wren", by="server")


async def test_lines_of_json_are_kept_before_they_are_answered(harbor: House) -> None:
    token = await token_of(harbor)
    answer = await send(harbor, token, b'{"id": "1", "user": "ida"}\n{"id": "2", "user": "mira"}\n')
    assert (answer.status_code, answer.json()) == (200, {"text": "Success", "code": 0})
    assert [(one["source"], one["user"]) for one in stored(harbor)] == [("app", "ida"), ("app", "mira")]
    assert answer.headers["cache-control"] == "no-store"


async def test_the_collector_takes_events_with_what_is_around_them(harbor: House) -> None:
    token = await token_of(harbor)
    body = b'{"time": 1790000000.5, "host": "srv1", "event": {"user": "ida"}}{"event": "a text", "fields": {"a": 1}}'
    assert (await send(harbor, token, body, COLLECTOR)).json()["code"] == 0
    first, second = stored(harbor)
    assert (first["user"], first["host"], first["at"]) == ("ida", "srv1", 1_790_000_000_500)
    assert (second["fields"]["message"], second["fields"]["a"]) == ("a text", 1)


async def test_what_is_packed_is_unpacked(harbor: House) -> None:
    token = await token_of(harbor)
    body = packed(b'{"event": {"user": "ida"}}')
    assert (await send(harbor, token, body, COLLECTOR, content_encoding="gzip")).status_code == 200
    assert [one["user"] for one in stored(harbor)] == ["ida"]


async def test_each_message_of_syslog_is_one_event(harbor: House) -> None:
    token = await token_of(harbor, "office")
    line = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for ida from 192.0.2.7 port 5 ssh2"
    assert (await send(harbor, token, line + b"\n" + line, "/services/collector/raw")).status_code == 200
    assert [one["user"] for one in stored(harbor)] == ["ida", "ida"]


async def test_whom_a_line_names_is_found_among_the_companys_people(harbor: House) -> None:
    ida = await harbor.member(harbor.browser(), "Ida", "staff")
    await harbor.limen.core.offers.take(Knowing).look_again()
    token = await token_of(harbor, "office")
    line = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for %s from 192.0.2.7 port 5 ssh2"
    found: dict[bytes, str] = {}
    for port in range(50):  # until the process knows whose name that is
        await send(harbor, token, (line % b"ida").replace(b"port 5", b"port %d" % (100 + port)))
        if stored(harbor)[-1].get("person_id"):
            break
    for name in (b"ida", b"root", b"nobody-known"):
        await send(harbor, token, line % name)
        found[name] = stored(harbor)[-1].get("person_id", "")
    assert found == {b"ida": ida, b"root": "", b"nobody-known": ""}


async def test_what_is_wrong_is_answered_as_the_collector_does(harbor: House) -> None:
    token = await token_of(harbor)
    for given, body, path, headers, expected in (
        ("", b"{}", COLLECTOR, {}, (401, 2)),
        ("", b"{}", COLLECTOR, {"authorization": "Basic eDp5"}, (401, 3)),
        ("nobody's", b"{}", COLLECTOR, {}, (403, 4)),
        (token, b"", COLLECTOR, {}, (400, 5)),
        (token, b"nonsense", COLLECTOR, {}, (400, 6)),
        (token, b'{"event": {"a": 1}}{"event"', COLLECTOR, {}, (400, 6)),
        (token, b'{"time": 1}', COLLECTOR, {}, (400, 12)),
        (token, b'{"event": ""}', COLLECTOR, {}, (400, 13)),
        (token, b"{}", COLLECTOR, {"content_encoding": "gzip"}, (400, 6)),
        (token, b"{}", COLLECTOR, {"content_encoding": "br"}, (415, 6)),
        (token, b'{"acks": [1]}', "/services/collector/ack", {}, (400, 10)),
    ):
        answer = await send(harbor, given, body, path, **headers)
        assert (answer.status_code, answer.json()["code"]) == expected
    assert stored(harbor) == []


async def test_what_was_answered_is_acknowledged(harbor: House) -> None:
    token, channel = await token_of(harbor), {"x_splunk_request_channel": "8f1c"}
    first = (await send(harbor, token, b'{"event": "a"}', COLLECTOR, **channel)).json()["ackId"]
    second = (await send(harbor, token, b'{"event": "b"}', COLLECTOR, **channel)).json()["ackId"]
    asked = b'{"acks": [%d, %d, %d]}' % (first, second, second + 1)
    answer = await send(harbor, token, asked, "/services/collector/ack", **channel)
    assert answer.json() == {"acks": {str(first): True, str(second): True, str(second + 1): False}}


async def test_while_nothing_can_be_kept_senders_are_told_to_come_again(harbor: House) -> None:
    token = await token_of(harbor)
    transport = httpx2.ASGITransport(app=harbor.limen.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        assert (await client.get("/services/collector/health")).json()["code"] == 17
        await watch_of(harbor).supervision.close()
        refused = await send(harbor, token, b'{"a": 1}')
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, 9, "5")
        assert (await client.get("/services/collector/health")).status_code == 503
        watch_of(harbor).supervision.start()
        await until(lambda: sources_of(harbor).is_taking)
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 200


async def test_a_large_body_is_read_and_a_larger_is_not(harbor: House) -> None:
    token = await token_of(harbor)
    line = b'{"a": "%s"}\n' % (b"x" * 1_000)
    assert (await send(harbor, token, line * (MOST_BYTES // len(line) - 1))).status_code == 200
    assert (await send(harbor, token, line * (MOST_BYTES // len(line) + 1))).status_code == 413
