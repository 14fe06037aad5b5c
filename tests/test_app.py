"""The parts put together: what is published first, who answers which host, and that a stop takes everything apart."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.enforcement.test_traffic import WIKI, asked, kinds

from limen.app import Limen, open_limen
from limen.clock import DAY, SystemClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.demo.harbor import copy_to
from limen.errors import LimenError


@pytest.fixture
def company(tmp_path: Path) -> Company:
    copy_to(tmp_path, prefer_usual_ports=False)
    return load_company(tmp_path)


async def answered(limen: Limen, host: str, path: str = "/") -> int:
    """The status that `limen.asgi` gives to a GET."""
    statuses: list[int] = []
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await limen.asgi(scope, receive, send)
    return statuses[0]


async def test_each_host_is_answered_by_whoever_it_belongs_to(company: Company, tmp_path: Path) -> None:
    port = company.settings.public_url.rpartition(":")[2]
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        assert await answered(limen, f"limen.harbor.localhost:{port}", "/sign-in") == 200
        assert await answered(limen, f"wiki.harbor.localhost:{port}") == 401
        assert await answered(limen, f"nowhere.harbor.localhost:{port}") == 403
        assert await answered(limen, "") == 403
        assert await answered(limen, "limen.harbor.localhost.evil.example") == 403


async def test_the_folder_is_published_once_and_not_again_at_a_restart(company: Company, tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        assert limen.in_force.engine.revision == company.revision

    def never() -> Company:
        raise AssertionError("the folder was read again")

    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, never)
        assert limen.in_force.engine.revision == company.revision


async def test_after_a_stop_every_door_is_shut_and_everything_can_be_opened_again(
    company: Company, tmp_path: Path
) -> None:
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        now = limen.clock.now()
        asked(limen.doors.traffic, "/pages/7", now=now, of=replace(WIKI, onboarding_until=now + DAY))
    assert limen.doors.shut() is not None
    async with AsyncExitStack() as closing:
        again = await open_limen(closing, company.settings, tmp_path, lambda: company)
        assert again.doors.shut() is None
        assert kinds(again.doors.traffic) == {"GET /*/* view": (1, 0, 1)}


async def test_a_master_key_that_others_can_read_is_refused(company: Company, tmp_path: Path) -> None:
    key = tmp_path / "data" / "master.key"
    async with AsyncExitStack() as closing:
        await open_limen(closing, company.settings, tmp_path, lambda: company, SystemClock())
    key.chmod(0o644)
    async with AsyncExitStack() as closing:
        with pytest.raises(LimenError, match="chmod 600"):
            await open_limen(closing, company.settings, tmp_path, lambda: company)


async def test_a_company_whose_tests_fail_is_not_published(company: Company, tmp_path: Path) -> None:
    wrong = replace(company, tests=tuple(replace(test, because="no-such-policy") for test in company.tests))
    async with AsyncExitStack() as closing:
        with pytest.raises(LimenError, match=r"tests\.yaml"):
            await open_limen(closing, company.settings, tmp_path, lambda: wrong)


def test_mail_leaves_as_the_settings_say(tmp_path: Path) -> None:
    from limen.app import mail_sender
    from limen.clock import SystemClock
    from limen.mail.transports import FileOutbox, Smtp
    from limen.settings import Mail, Settings
    from limen.storage import Database, Keyring

    database = Database.open(tmp_path / "limen.db")
    keyring = Keyring.open(database, bytes(32))
    files = Settings(name="Harbor", domain="harbor.example")
    server = files.model_copy(update={"mail": Mail.model_validate({"from": "a@b.example", "server": "127.0.0.1:25"})})
    by_file, by_server = (mail_sender(one, tmp_path, database, keyring, SystemClock()) for one in (files, server))
    assert (by_file.transport, by_file.sender) == (FileOutbox(tmp_path / "data" / "outbox"), "limen@harbor.example")
    assert isinstance(by_server.transport, Smtp)
    assert by_server.sender == "a@b.example"
    database.close()


async def test_a_front_that_is_not_trusted_is_noticed_for_the_doctor(company: Company, tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, company.settings, tmp_path, lambda: company)
        host = company.settings.public_url.partition("://")[2]
        scope = {"type": "http", "method": "GET", "path": "/nowhere", "raw_path": b"/nowhere", "query_string": b""}
        more = {"headers": [(b"host", host.encode()), (b"x-forwarded-for", b"192.0.2.1")], "client": ("10.0.0.9", 1)}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_: object) -> None:
            return

        await limen.asgi({**scope, **more, "scheme": "http", "http_version": "1.1", "server": ("x", 1)}, receive, send)
        assert limen.enforcement.hops.seen == ("10.0.0.9",)
