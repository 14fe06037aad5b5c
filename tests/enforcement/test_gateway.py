"""The gateway on real sockets, with a real app behind it."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from dataclasses import replace
from ipaddress import ip_network

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.upstream import upstream
from tests.waiting import until

HOST = "wiki.harbor.example"


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            yield house, app, port


def send_to(house, **changes):
    """Have every app run elsewhere, or otherwise."""
    house.known.set_company(
        [replace(app, upstream=replace(app.upstream, **changes)) for app in house.known.apps.values()],
        house.known.groups.values(),
    )


def request(path="/page", *, cookie="", fields="", method="GET", body=b"", host=HOST):
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{cookies}{fields}Connection: close\r\n\r\n".encode() + body


async def test_a_permitted_request_reaches_the_app_as_it_was_sent(town):
    house, app, port = town
    response = await raw(port, request("/a%20b?q=%2e%2e&r", cookie=house.cookie()))
    assert status_of(response) == 200
    assert app.last["target"] == "/a%20b?q=%2e%2e&r"
    assert app.last["headers"]["host"] == HOST
    assert app.last["headers"]["x-forwarded-proto"] == "https"
    assert b"\r\nx-hop:" not in response.lower()
    assert b"\r\nx-limen-user:" not in response.lower()


async def test_nobody_signed_in_is_sent_to_sign_in_or_told_in_json(town):
    _, app, port = town
    navigation = await raw(port, request("/a?b=c", fields="Sec-Fetch-Mode: navigate\r\n"))
    assert status_of(navigation) == 303
    assert b"\r\nlocation: /.limen/start?to=%2Fa%3Fb%3Dc\r\n" in navigation
    program = await raw(port, request("/a"))
    assert status_of(program) == 401
    assert b'www-authenticate: Bearer error="insufficient_user_authentication"' in program
    posted = await raw(port, request("/a", method="POST", fields="Sec-Fetch-Mode: navigate\r\nContent-Length: 0\r\n"))
    assert status_of(posted) == 401
    assert not app.requests


async def test_a_stronger_proof_is_asked_for_on_the_sign_in_host(town):
    house, _, port = town
    cookie = house.cookie("payroll", strength=1)
    response = await raw(
        port, request("/a", cookie=cookie, host="payroll.harbor.example", fields="Sec-Fetch-Mode: navigate\r\n")
    )
    assert b"\r\nlocation: https://limen.harbor.example/step-up?app=payroll&to=%2Fa&decision=" in response


async def test_what_is_not_open_leads_to_not_yet_and_programs_learn_the_decision(town):
    house, _, port = town
    navigation = await raw(port, request("/admin", cookie=house.cookie(), fields="Sec-Fetch-Mode: navigate\r\n"))
    assert b"\r\nlocation: https://limen.harbor.example/withheld?decision=" in navigation
    program = await raw(port, request("/admin", cookie=house.cookie()))
    assert status_of(program) == 403
    assert b'"decision":"' in program


async def test_an_unknown_host_is_refused_and_journaled(town):
    house, app, port = town
    assert status_of(await raw(port, request(host="evil.example"))) == 403
    assert house.journal.reasons() == ["unknown-host"]
    assert not app.requests


async def test_bodies_stream_both_ways(town):
    house, app, port = town
    sent = b"a" * (3 << 20)
    fields = f"Content-Length: {len(sent)}\r\n"
    assert status_of(await raw(port, request(method="POST", cookie=house.cookie(), fields=fields, body=sent))) == 200
    assert app.last["body"] == len(sent)
    assert app.last["headers"]["content-length"] == str(len(sent))
    response = await raw(port, request("/large", cookie=house.cookie()))
    assert len(response.partition(b"\r\n\r\n")[2]) == 8 << 20


async def test_a_chunked_body_arrives_whole_and_its_trailers_do_not(town):
    house, app, port = town
    body = b"4\r\nabcd\r\n10000\r\n" + b"e" * 0x10000 + b"\r\n0\r\nX-Limen-User: mallory\r\n\r\n"
    fields = "Transfer-Encoding: chunked\r\nTrailer: X-Limen-User\r\n"
    assert status_of(await raw(port, request(method="POST", cookie=house.cookie(), fields=fields, body=body))) == 200
    assert app.last["body"] == 4 + 0x10000
    assert app.last["headers"]["x-limen-user"] == "ana"
    assert "trailer" not in app.last["headers"]


async def test_a_body_larger_than_the_app_takes_is_refused_told_or_not(town):
    house, app, port = town
    size = 5 << 20
    told = f"Content-Length: {size}\r\n"
    assert status_of(await raw(port, request(method="POST", cookie=house.cookie(), fields=told))) == 413
    chunks = b"%x\r\n" % size + b"a" * size + b"\r\n0\r\n\r\n"
    untold = request(method="POST", cookie=house.cookie(), fields="Transfer-Encoding: chunked\r\n", body=chunks)
    assert status_of(await raw(port, untold)) == 413
    assert not [seen for seen in app.requests if seen["body"] > 4 << 20]


async def test_continue_is_said_only_to_who_may_go_on(town):
    house, app, port = town
    expecting = "Expect: 100-continue\r\nContent-Length: 4\r\n"
    refused = await raw(port, request(method="POST", fields=expecting))
    assert status_of(refused) == 401
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(method="POST", cookie=house.cookie(), fields=expecting))
    assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 100")
    writer.write(b"abcd")
    assert b"HTTP/1.1 200" in await asyncio.wait_for(reader.read(), 60)
    assert app.last["body"] == 4
    assert "expect" not in app.last["headers"]
    writer.close()


async def test_a_client_that_hangs_up_ends_the_request_at_the_app(town):
    house, app, port = town
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("/slow", cookie=house.cookie()))
    await asyncio.sleep(0.3)
    writer.close()
    await until(lambda: app.aborted)
    assert app.aborted == 1


async def test_a_redirect_is_passed_on_and_not_followed(town):
    house, _, port = town
    response = await raw(port, request("/redirect", cookie=house.cookie()))
    assert status_of(response) == 302
    assert b"location: http://elsewhere.example/" in response.lower()


async def test_an_app_that_is_down_is_said_to_be_and_journaled(town):
    house, _, port = town
    send_to(house, url="http://127.0.0.1:9")
    response = await raw(port, request(cookie=house.cookie()))
    assert status_of(response) == 502
    assert b"try again" in response
    assert b"127.0.0.1" not in response
    page = await raw(port, request(cookie=house.cookie(), fields="Sec-Fetch-Mode: navigate\r\n"))
    assert b"text/html" in page
    assert len(house.journal.reasons("upstream.failed")) == 2


async def test_an_app_that_is_too_slow_is_given_up(town):
    house, _, port = town
    send_to(house, response_ms=300)
    response = await raw(port, request("/slow", cookie=house.cookie()))
    assert status_of(response) == 504
    assert house.journal.reasons("upstream.failed") == ["upstream-timeout"]


async def test_a_trusted_proxy_is_believed_about_addresses_and_nobody_else():
    async with upstream() as app:
        for trusted, expected in (((ip_network("127.0.0.1/32"),), "203.0.113.9"), ((), "127.0.0.1")):
            house = House(clock=Ticking(), upstream=app.url, trusted=trusted)
            async with gateway(house) as port:
                fields = "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\n"
                await raw(port, request(cookie=house.cookie(), fields=fields))
            assert house.journal.decisions[-1][2] == expected
            assert app.last["headers"]["x-forwarded-for"] == expected


async def test_a_repeated_field_that_may_occur_once_is_refused_and_journaled(town):
    house, app, port = town
    fields = "Authorization: a\r\nAuthorization: b\r\n"
    assert status_of(await raw(port, request(cookie=house.cookie(), fields=fields))) == 400
    assert house.journal.reasons() == ["field-repeated"]
    assert not app.requests


async def test_a_long_answer_is_cut_when_the_session_is_revoked(town):
    house, _, port = town
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("/stream", cookie=house.cookie()))
    assert b"200" in await asyncio.wait_for(reader.readline(), 60)
    while not len(house.streams):
        assert await asyncio.wait_for(reader.read(1_000), 60)
    house.revoke("ana")
    rest = await asyncio.wait_for(reader.read(), 60)
    assert not rest.endswith(b"0\r\n\r\n"), "cut, not ended in good order"
    assert house.journal.reasons("stream.cut") == ["session-revoked"]
    assert len(house.streams) == 0
    writer.close()


async def test_a_preflight_from_a_declared_origin_is_answered_and_the_app_never_sees_it(town):
    house, app, port = town
    good = "Origin: https://portal.harbor.example\r\nAccess-Control-Request-Method: POST\r\n"
    assert status_of(await raw(port, request(method="OPTIONS", fields=good))) == 204
    assert house.journal.last.reasons[0].policy == "cors-preflight"
    bad = "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n"
    assert status_of(await raw(port, request(method="OPTIONS", fields=bad))) == 401
    twice = good + "Origin: https://portal.harbor.example\r\n"
    assert status_of(await raw(port, request(method="OPTIONS", fields=twice))) == 400
    assert not app.requests


async def test_sixty_four_connections_at_once_are_each_answered(town):
    house, app, port = town
    send_to(house, connect_ms=60_000, response_ms=60_000)  # client, gateway and app take turns on this one loop
    cookie = house.cookie()
    connector = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(connector=connector) as client:

        async def one(n: int) -> tuple[int, str]:
            headers = {"Host": HOST, "Cookie": cookie}
            async with client.get(f"http://127.0.0.1:{port}/page?n={n}", headers=headers) as response:
                return response.status, (await response.json()).get("target", "")

        answered = await asyncio.gather(*(one(n) for n in range(256)))
    assert answered == [(200, f"/page?n={n}") for n in range(256)]
    assert house.journal.reasons("upstream.failed") == []
    assert len(app.requests) == 256


# Upstreams over TLS


@pytest.fixture
def certificate(tmp_path):
    """A certificate for `app.internal` that nobody's system trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app.internal")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("app.internal")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path


async def test_an_apps_certificate_is_verified(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with upstream(context) as app:
        house = House(clock=Ticking())
        async with gateway(house) as port:
            url = f"https://127.0.0.1:{app.port}"
            for changes, status in (
                ({"url": url}, 502),
                ({"url": url, "ca_file": str(certificate / "cert.pem")}, 502),
                ({"url": url, "ca_file": str(certificate / "cert.pem"), "server_name": "other.internal"}, 502),
                ({"url": url, "ca_file": str(certificate / "cert.pem"), "server_name": "app.internal"}, 200),
                ({"url": url, "ca_file": str(certificate / "missing.pem")}, 502),
            ):
                send_to(house, **{"ca_file": "", "server_name": "", **changes})
                response = await raw(port, request(cookie=house.cookie()))
                assert status_of(response) == status, (changes, response)
    assert len(app.requests) == 1
    assert len(house.journal.reasons("upstream.failed")) == 4


async def test_a_declared_stream_is_watched_from_its_first_moment(town):
    house, _, port = town
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /stream HTTP/1.1\r\nHost: {HOST}\r\nCookie: {house.cookie()}\r\n\r\n".encode())
    assert await asyncio.wait_for(reader.read(1_000), 60)
    assert len(house.streams) == 1
    house.revoke("ana")
    await asyncio.wait_for(reader.read(), 60)
    assert house.journal.reasons("stream.cut") == ["session-revoked"]
    writer.close()
