"""The address of a channel: of the one shape that its kind has, sealed, and never shown again."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.monitor.notify.listeners import SLACK
from tests.web.conftest import House

from limen.monitor.notify import addresses, store
from limen.monitor.notify.addresses import ChannelAddressError
from limen.monitor.notify.rules import Kind

TEAMS = (
    "https://prod-01.westeurope.logic.azure.com:443/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcDEF-123_x"
)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.SLACK, SLACK),
        (Kind.TEAMS, TEAMS),
        (Kind.PAGERDUTY, "0123456789abcdef0123456789abcdef"),
        (Kind.WEBHOOK, "https://hooks.harbor.example/limen?x=1"),
    ],
)
async def test_it_is_kept_sealed(harbor: House, ada: Ida, kind: Kind, written: str) -> None:
    core = harbor.limen.core
    now = core.clock.now()
    secret = await core.write(lambda t: addresses.keep(t, core.keyring, "chat", kind, f" {written}\n", now, by=ada.id))
    row = core.database.read(lambda snapshot: store.channel(snapshot.connection, "chat"))
    assert written.encode() not in row.sealed
    address = addresses.opened(core.keyring, row)
    assert address is not None
    assert (address.url, address.secret) == (written, secret)
    assert bool(secret) is (kind is Kind.WEBHOOK)
    assert (written in repr(address), written in repr(row)) == (False, False)
    (said,) = harbor.events("notify.channel_set")
    assert said.details == {"channel": "chat"}


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.SLACK, "https://hooks.slack.com.evil.example/services/T1/A1/x"),
        (Kind.SLACK, f"{SLACK}?template=file:///etc/shadow"),
        (Kind.SLACK, "slack://T1/A1/x"),
        (Kind.TEAMS, f"{TEAMS}&template=file:///etc/shadow"),
        (Kind.TEAMS, "https://127.0.0.1/workflows/a/triggers/manual/paths/invoke?sig=x"),
        (Kind.PAGERDUTY, "key@host/../../x"),
        (Kind.PAGERDUTY, ""),
        (Kind.WEBHOOK, "http://hooks.harbor.example/"),
        (Kind.WEBHOOK, "https://169.254.169.254/latest"),
        (Kind.WEBHOOK, "https://user:secret@hooks.harbor.example/"),
        (Kind.WEBHOOK, "file:///etc/shadow"),
        (Kind.WEBHOOK, "https://hooks.harbor.example/" + "x" * 2_000),
        (Kind.MAIL, "it@harbor.example"),
    ],
)
async def test_no_other_address_is_taken(harbor: House, kind: Kind, written: str) -> None:
    core = harbor.limen.core
    with pytest.raises(ChannelAddressError) as refused:
        await core.write(lambda t: addresses.keep(t, core.keyring, "chat", kind, written, core.clock.now(), by=""))
    assert written not in str(refused.value) or not written


async def test_what_can_not_be_opened_is_no_address(harbor: House) -> None:
    core = harbor.limen.core
    assert addresses.opened(core.keyring, store.ChannelRow("none")) is None
    assert addresses.opened(core.keyring, store.ChannelRow("none", b"broken")) is None
