"""scim2-tester, a client that we did not write, checks the whole protocol: on both kinds of database."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from tests.identity.sources.scim.conftest import client_in_a_thread, declare, token_of
from tests.web.conftest import move_in


async def test_every_check_of_scim2_tester_holds(tmp_path: Path, where: str) -> None:
    def on(folder: Path) -> None:
        settings = folder / "limen.toml"
        if where.startswith("postgresql"):
            settings.write_text(settings.read_text() + f'\n[database]\nurl = "{where}"\n')

    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", on)
        declare(house, domains=(), people=10_000)
        client = SyncSCIMClient(client_in_a_thread(house, token_of(house)))

        def checked() -> list[tuple[str, Status, str]]:
            client.discover()
            _tell_examples(client)
            return [(one.title, one.status, str(one.reason)) for one in check_server(client)]

        results = await asyncio.to_thread(checked)
    assert [one for one in results if one[1] not in {Status.SUCCESS, Status.ACCEPTABLE}] == []
    assert len(results) > 80


def _tell_examples(client: SyncSCIMClient) -> None:
    """The tester fills a `dateTime` that it has no example of with other text, which it then refuses itself."""
    for model in client.resource_models:
        for kind in (model, *model.get_extension_models().values()):
            for field in kind.model_fields.values():
                if datetime in get_args(field.annotation):
                    field.examples = [datetime(2026, 12, 1, tzinfo=UTC)]
