from __future__ import annotations

import asyncio

import pytest

from limen.ssrf_guard import ForbiddenAddressError, connected, is_forbidden, is_public


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.43518",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "::ffff:169.254.169.254",
        "[fe80::1%eth0]",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "0.0.0.0",
        "0",
        "0x0",
        "::",
        "::ffff:0:0",
        "224.0.0.1",
        "ff02::1",
        "100.100.100.200",
        "168.63.129.16",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ],
)
def test_where_secrets_of_the_machine_or_nobody_is_is_off_limits(host: str) -> None:
    assert is_forbidden(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "::1",
        "localhost",
        "10.0.0.5",
        "192.168.1.2",
        "172.17.0.2",
        "fd12:3456::1",
        "100.64.0.7",
        "192.0.2.1",
        "2001:db8::1",
        "64:ff9b::a00:5",
        "wiki.harbor.example",
        "metadata",
        "0day.example",
        "",
    ],
)
def test_this_machine_and_private_networks_are_where_apps_are(host: str) -> None:
    assert not is_forbidden(host)


async def test_a_connection_is_made_to_what_was_judged_and_to_the_first_that_takes_it() -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    one = await connected("localhost", port)
    assert one.getpeername() == ("127.0.0.1", port)
    one.close()
    server.close()
    await server.wait_closed()
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await connected("127.0.0.1", port)
    with pytest.raises(ForbiddenAddressError):
        await connected("169.254.169.254", port)


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700:4700::1111", "[2606:4700:4700::1111]", "16843009"])
def test_an_address_of_the_internet_is_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.9",
        "100.64.0.1",
        "169.254.169.254",
        "2130706433",
        "0x7f000001",
        "::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "224.0.0.1",
        "0.0.0.0",
        "idp.example",
        "",
    ],
)
def test_a_private_address_or_a_name_is_not_public(host: str) -> None:
    assert not is_public(host)
