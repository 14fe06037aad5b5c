"""Entry points in a whole Limen: what its files say is in force, and what happens stands in the journal."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.data.doors.icap_client import Asked, reqmod
from tests.devices.served import until
from tests.monitor.houses import move_in
from tests.ports import free_port

from limen.data.doors.services import EntryPoints

RULES = """
rules:
  - id: accounts-leave
    title: Bank details go to sites of others
    channels: [web, share]
    when: [{finds: [iban]}]
    then: block
    why: Ours-alone.
    ask: finance
"""
IBAN = b"IBAN DE89 3704 0044 0532 0130 00"


async def test_what_rules_say_is_what_a_proxy_is_answered_and_becomes_of_a_file(tmp_path: Path) -> None:
    port, share = free_port(), tmp_path / "sales"
    share.mkdir()

    def write(root: Path) -> None:
        with (root / "limen.toml").open("a") as settings:
            settings.write(f'\n[data]\nicap = "127.0.0.1:{port}"\nshares = {{ sales = "{share}" }}\n')
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
        assert [one in page for one in (b"accounts-leave", b"Ours-alone.", b"finance")] == [True] * 3
        await asked.send(reqmod(b"nothing", "Allow: 204"))
        assert (await asked.head())[0] == 204
        writer.close()
        (event,) = house.events("data.found")
        assert (event.details["channel"], event.details["app"], event.details["passed"]) == (
            "web",
            "files.example",
            False,
        )

        (share / "a.txt").write_bytes(IBAN)
        await until(lambda: [one.path for one in points.quarantine.all()] == ["a.txt"])
