"""What an attacker writes into a log, in the chats and mails it is told to: no link, mention, markup or second message.

The chats are fakes of this machine (tests/monitor/notify); what reaches them is what apprise really sends.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiohttp import ThreadedResolver
from markdown_it import MarkdownIt
from tests.monitor.notify.listeners import SLACK, listening
from tests.monitor.notify.teams import ADDRESS, teams

from limen.facts import FactStore
from limen.mail.letter import Address as Link, letter
from limen.mail.message import as_mail
from limen.messages import Language, Words
from limen.monitor.alerts.model import Alert, Case
from limen.monitor.detections.hit import Level
from limen.monitor.notify.addresses import Address
from limen.monitor.notify.channels import Channels
from limen.monitor.notify.content import Notice, of_case
from limen.monitor.notify.rules import Kind

AT = 1_800_000_000_000
HOSTILE = (
    "[Sign in](https://evil.example)",
    "x.(https://evil.example)",
    "![](https://evil.example/pixel.png)",
    "<at>everyone</at> <!channel> @here <https://evil.example|Sign in>",
    "*bold* _italic_ ~gone~ `code` # head",
    "one\n\n* two\r\n> three\u2028four",
    "\\[a\\](b) &lt;at&gt; &#60;at&#62;",
    "javascript:alert(1) https://evil.example www.evil.example",
    "\u202egnp.exe\x1b[2J",
    '"}],"text":"forged"}',
)
pytestmark = pytest.mark.parametrize("written", HOSTILE, ids=range(len(HOSTILE)))


def notice(written: str) -> Notice:
    when = {"opened_at": AT, "last_at": AT}
    alert = Alert(
        id="al_1", case_id="ca_1", rule="r", title=written, level=Level.HIGH, entity=f"user:{written}", since=AT, **when
    )
    case = Case(id="ca_1", title=written, level=Level.HIGH, **when)
    return of_case(case, [alert], FactStore(), Words(Language.ENGLISH, UTC), "https://limen.test")


async def test_in_teams(written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with teams(tmp_path, monkeypatch) as there:
        await Channels(ThreadedResolver).deliver(Kind.TEAMS, Address(ADDRESS), notice(written), "no_1", AT)
    (card,) = there.cards
    assert "entities" not in card["msteams"]
    title, body = there.texts()
    assert [kinds(title), kinds(body)] == [{"paragraph"}, {"paragraph", "link"}]
    assert links(body) == ["https://limen.test/console/cases/ca_1"]
    assert "evil.example" not in json.dumps(card)


def kinds(text: str) -> set[str]:
    """Which parts of Markdown are in it."""
    return {
        one.type.removesuffix("_open")
        for block in MarkdownIt("commonmark").parse(text)
        for one in (block, *(block.children or ()))
        if one.nesting == 1 or one.type in {"image", "code_inline", "html_inline", "html_block", "fence", "hr"}
    }


def links(text: str) -> list[str]:
    tokens = [one for block in MarkdownIt("commonmark").parse(text) for one in block.children or ()]
    return [str(one.attrs["href"]) for one in tokens if one.type == "link_open"]


def test_in_mails(written: str) -> None:
    said = notice(written)
    message = letter("it@harbor.example", f"Harbor: {said.title}", (*said.lines, Link(said.link)), Language.ENGLISH)
    mail = as_mail(message, mail_id="m_1", sender="limen@harbor.example", company="Harbor", at=AT)
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert read["To"] == "it@harbor.example"
    assert sorted(name.lower() for name in read) == sorted(name.lower() for name in mail)
    assert sum(one.get_content_maintype() == "text" for one in read.walk()) == 2
    html = read.get_body(("html",)).get_content()
    assert set(re.findall(r"<([a-z]+)", html)) == {"html", "head", "meta", "body", "p"}
    assert "evil.example" not in mail.as_string()
    assert not set("\x1b\u202e\u2028") & set(html + read.get_body(("plain",)).get_content())


async def test_in_slack(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    async with listening() as listener:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"{listener.url}/services")
        await Channels(ThreadedResolver).deliver(Kind.SLACK, Address(SLACK), notice(written), "no_1", AT)
    (said,) = listener.bodies()
    texts = [said.get("text", ""), *(f"{one.get('title', '')}\n{one.get('text', '')}" for one in said["attachments"])]
    assert "forged" not in said.get("text", "")
    for text in texts:
        left = text.replace("https://limen.test/console/cases/ca_1", "")
        assert not set(left) & set("<>@*`~|\x1b\u202e")
        assert ("evil.example" in left, "://" in left) == (False, False)
