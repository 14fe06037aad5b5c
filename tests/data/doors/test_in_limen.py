"""Entry points in a whole Limen: what its files say is in force, and what happens stands in the journal."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO
from pathlib import Path

from docx import Document
from tests.data.doors.icap_client import Asked, reqmod
from tests.data.doors.milter_client import MailServer
from tests.ports import free_ports
from tests.waiting import until
from tests.web.conftest import House, move_in

from limen.clock import SystemClock
from limen.data.doors.services import EntryPoints
from limen.data.findings.service import Findings, Wanted
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Transaction

RULES = """
rules:
  - id: accounts-leave
    title: Bank details go to sites of others
    channels: [web, share]
    when: [{finds: [iban]}]
    then: block
    why: Ours-alone.
    ask: finance
  - id: accounts-in-mail
    title: Bank details go to others
    channels: [mail]
    to: outside
    when: [{finds: [iban]}]
    then: warn
"""
IBAN = b"IBAN DE89 3704 0044 0532 0130 00"


async def test_what_rules_say_is_what_a_proxy_is_answered_and_becomes_of_a_file(tmp_path: Path) -> None:
    (port, milter), share = free_ports(2), tmp_path / "sales"
    share.mkdir()

    def write(root: Path) -> None:
        with (root / "limen.toml").open("a") as settings:
            listening = f'icap = "127.0.0.1:{port}"\nmilter = "127.0.0.1:{milter}"'
            settings.write(f'\n[data]\n{listening}\nshares = {{ sales = "{share}" }}\n')
        (root / "data.yaml").write_text(RULES)

    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", write)
        points = house.limen.core.offers.take(EntryPoints)
        assert points.wrong == {}
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = Asked(reader, writer)
        await asked.send(reqmod(IBAN, "Allow: 204"))
        head, page = await asked.modified((await asked.head())[1])
        assert head.startswith(b"HTTP/1.1 403")
        assert [one in page for one in (b"accounts-leave", b"Ours-alone.", b"Finance")] == [True] * 3
        await asked.send(reqmod(b"nothing", "Allow: 204"))
        assert (await asked.head())[0] == 204
        writer.close()
        (event,) = house.events("data.found")
        assert (event.details["channel"], event.details["app"], event.details["passed"]) == (
            "web",
            "files.example",
            False,
        )

        await house.limen.core.database.writing(_ann)
        await until(lambda: points.person_of("ann.quay") == "p_ann")
        await _mails(house, milter)
        (share / "a.txt").write_bytes(IBAN)
        await until(lambda: [one.path for one in points.quarantine.all()] == ["a.txt"])


async def _mails(house: House, milter: int) -> None:
    """What is attached is looked into; a reason lets it pass, and is kept where those of uploads are."""
    document, out = Document(), BytesIO()
    document.add_paragraph(IBAN.decode())
    document.save(out)
    message = EmailMessage()
    message.add_attachment(out.getvalue(), maintype="application", subtype="octet-stream", filename="offer.docx")
    head, _, body = message.as_bytes(policy=SMTP).partition(b"\r\n\r\n")
    headers = tuple(head.decode().split("\r\n"))
    reader, writer = await asyncio.open_connection("127.0.0.1", milter)
    server = MailServer(reader, writer)
    await server.agree()
    ((command, said),) = await server.mail(body, signed_in="ann.quay", headers=headers)
    assert (command, b"accounts-in-mail" in said) == (b"y", True)
    reason = "Lunch [because: customer-asked]"
    assert (await server.mail(body, subject=reason, signed_in="ann.quay", headers=headers))[-1][0] == b"c"
    assert await server.mail(body, "ida@harbor.localhost", headers=headers) == [(b"c", b"")]
    writer.close()
    mails = [one for one in house.events("data.found") if one.details["channel"] == "mail"]
    assert {(one.details["passed"], one.reason, one.actor) for one in mails} == {
        (False, "", "p_ann"),
        (True, "justified", "p_ann"),
    }
    (passed,) = [one for one in mails if one.reason]
    findings, _ = await house.limen.core.offers.take(Findings).find(Wanted(state=""), 10)
    assert {one.id: one.said for one in findings}[passed.id] == "customer-asked"


def _ann(transaction: Transaction) -> None:
    who = Person("p_ann", "Ann Quay", "ann.quay@harbor.localhost", frozenset({"staff"}), active=True)
    people.add(transaction.connection, who, PersonStatus.ACTIVE, SystemClock().now())
    transaction.changed("person", who.id)
