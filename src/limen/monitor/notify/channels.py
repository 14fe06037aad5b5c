"""How a notice goes out: by mail through Limen's queue, to chats and PagerDuty by apprise, as signed JSON by itself."""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from limen.clock import Instant
from limen.guarded_http import GuardedHttp, NoReplyError
from limen.monitor.detections.hit import Level
from limen.monitor.notify.addresses import SECRET_PREFIX, Address
from limen.monitor.notify.content import Notice
from limen.monitor.notify.rules import Kind

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

SECONDS: Final = 20.0
MOST_BYTES: Final = 65_536
NOT_SENT: Final = "the other side did not take it"


class NotDeliveredError(Exception):
    """A notice did not go out. `word` says why, without a word of the other side's."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Deliver(Protocol):
    async def __call__(self, kind: Kind, address: Address, notice: Notice, notice_id: str, now: Instant) -> None: ...


class Channels:
    """Sends notices to whatever is no mail. `resolver` finds addresses that Limen may connect to."""

    def __init__(self, resolver: Callable[[], AbstractResolver]) -> None:
        self._resolver = resolver
        self._http: GuardedHttp | None = None

    async def deliver(self, kind: Kind, address: Address, notice: Notice, notice_id: str, now: Instant) -> None:
        """Raises NotDeliveredError."""
        try:
            async with asyncio.timeout(SECONDS + 5):
                if kind is Kind.WEBHOOK:
                    await self._webhook(address, notice, notice_id, now)
                elif not await asyncio.to_thread(_by_apprise, kind, address.url, notice):
                    raise NotDeliveredError(NOT_SENT)
        except TimeoutError:
            raise NotDeliveredError("slow") from None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _webhook(self, address: Address, notice: Notice, notice_id: str, now: Instant) -> None:
        """Standard Webhooks 1.0: id, time and body signed with HMAC-SHA256."""
        body = msgspec.json.encode(
            {
                "type": "limen.case",
                "timestamp": now // 1000,
                "data": {
                    "case": notice.key,
                    "level": notice.level.value,
                    "title": notice.title,
                    "lines": notice.lines,
                    "link": notice.link,
                },
            }
        )
        headers = {"content-type": "application/json", **signed(address.secret, notice_id, now, body)}
        if self._http is None:
            self._http = GuardedHttp(self._resolver, seconds=SECONDS, most_bytes=MOST_BYTES)
        try:
            reply = await self._http.ask("POST", address.url, headers, body=body)
        except NoReplyError as error:
            raise NotDeliveredError(error.word) from None
        if not 200 <= reply.status < 300:
            raise NotDeliveredError(NOT_SENT)


def signed(secret: str, notice_id: str, now: Instant, body: bytes) -> dict[str, str]:
    """The headers that say who sends this, and when."""
    key, at = base64.b64decode(secret.removeprefix(SECRET_PREFIX)), str(now // 1000)
    signature = hmac.digest(key, f"{notice_id}.{at}.".encode() + body, sha256)
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def _by_apprise(kind: Kind, url: str, notice: Notice) -> bool:
    """Whether apprise says that it was taken. What it is given has no markup in it but the link of a card."""
    import apprise  # noqa: PLC0415 -- heavy, and most starts send nothing

    asset = apprise.AppriseAsset(
        app_id="Limen", app_desc="Limen", app_url="", image_url_mask="", secure_logging=True, async_mode=False
    )
    if kind is Kind.PAGERDUTY:
        url = f"pagerduty://{url}@limen/Limen/alerts?image=no"
    sender = apprise.Apprise.instantiate(url, asset=asset)
    if sender is None or str(sender.service_name) not in _SERVICES[kind]:
        return False
    how = apprise.NotifyType.FAILURE if notice.level is Level.CRITICAL else apprise.NotifyType.WARNING
    if kind is Kind.TEAMS:
        title, body, form = _escaped(notice.title), _of_a_card(notice), apprise.NotifyFormat.MARKDOWN
    else:
        title, body, form = notice.title, notice.text, apprise.NotifyFormat.TEXT
    return bool(sender.notify(body=body, title=title, notify_type=how, body_format=form))


def _of_a_card(notice: Notice) -> str:
    """The text of an adaptive card, where only an empty line ends a line, and only what is marked as a link is one."""
    return "\n\n".join((*map(_escaped, notice.lines), f"[{notice.link}]({notice.link})"))


def _escaped(line: str) -> str:
    """So that nothing in it is Markdown (CommonMark 2.4)."""
    return _MARKS.sub(r"\\\g<0>", line)


_MARKS: Final = re.compile(r"[\\`*_\[\]<>#~|!&]")
_SERVICES: Final = {
    Kind.SLACK: frozenset({"Slack"}),
    Kind.TEAMS: frozenset({"Power Automate / Workflows (for MSTeams)"}),
    Kind.PAGERDUTY: frozenset({"Pager Duty"}),
}
"""What apprise calls them: an address that it would take to anywhere else goes nowhere."""
