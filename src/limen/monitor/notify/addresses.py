"""The address of a channel: a secret, of the one shape that its kind has, kept sealed and never shown again.

What apprise would take of an address besides (files, other services, templates) is refused here: it is given what was
recognised, and nothing that somebody typed.
"""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

import msgspec

from limen.clock import Instant
from limen.configuration.named_sources import address_complaint
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.notify import store
from limen.monitor.notify.rules import Kind
from limen.monitor.notify.store import ChannelRow
from limen.storage import Keyring, Transaction
from limen.storage.errors import SealBrokenError

LONGEST: Final = 1_000
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- how Standard Webhooks marks one
_SHAPES: Final = {
    Kind.SLACK: re.compile(r"https://hooks\.slack\.com/services/(T[A-Z0-9]{1,20}/[A-Z0-9]{1,20}/[A-Za-z0-9]{1,60})"),
    Kind.TEAMS: re.compile(
        r"https://([a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){0,4}\.(?:logic\.azure\.com|api\.powerplatform\.com)(?::443)?"
        r"/(?:powerautomate/automations/direct/)?workflows/[A-Za-z0-9]{1,80}/triggers/manual/paths/invoke)/?"
        r"\?((?:(?:api-version|sp|sv|sig|tenantId|environmentName)=[A-Za-z0-9%._~-]{1,120}&?){1,8})"
    ),
    Kind.PAGERDUTY: re.compile(r"([A-Za-z0-9]{20,40})"),
}
_EXPECTED: Final = {
    Kind.SLACK: "an address such as https://hooks.slack.com/services/T…/B…/…, of an incoming webhook",
    Kind.TEAMS: "the address of a workflow's trigger, such as https://….logic.azure.com/workflows/…",
    Kind.PAGERDUTY: "the integration key of a service (Events API v2)",
    Kind.WEBHOOK: "an address with https://",
}


class ChannelAddressError(LimenError):
    """Not what a channel of this kind has."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"that is not the address of a {kind.value} channel", f"enter {_EXPECTED[kind]}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel is. `secret` signs what a webhook gets; "" for others."""

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


def keep(
    transaction: Transaction, keyring: Keyring, name: str, kind: Kind, written: str, now: Instant, *, by: str
) -> str:
    """From now on this is the channel's address. Returns the secret that a webhook's messages are signed with, which is
    shown this once; "" for others. Raises ChannelAddressError.
    """
    url = written.strip()
    if kind is Kind.MAIL or not _fits(kind, url):
        raise ChannelAddressError(kind if kind is not Kind.MAIL else Kind.WEBHOOK)
    secret = f"{SECRET_PREFIX}{b64encode(secrets.token_bytes(32)).decode()}" if kind is Kind.WEBHOOK else ""
    plain = msgspec.json.encode({"url": url, "secret": secret})
    sealed = keyring.seal(store.notify_channels.name, name, "sealed", plain)
    store.keep_channel(transaction.connection, ChannelRow(name, sealed, now))
    transaction.say(Event(at=now, kind="notify.channel_set", actor=by, details={"channel": name}))
    return secret


def opened(keyring: Keyring, row: ChannelRow) -> Address | None:
    """Where the channel is; None where nobody has said it, or it can't be read."""
    if not row.sealed:
        return None
    try:
        plain = keyring.open_sealed(store.notify_channels.name, row.name, "sealed", row.sealed)
        return msgspec.json.decode(plain, type=Address)
    except (SealBrokenError, msgspec.MsgspecError):
        return None


def _fits(kind: Kind, url: str) -> bool:
    if len(url) > LONGEST:
        return False
    if kind is Kind.WEBHOOK:
        return address_complaint(url, may_have_query=True) is None
    return _SHAPES[kind].fullmatch(url) is not None
