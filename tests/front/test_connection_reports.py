from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from limen.front import connection_reports
from limen.front.connection_reports import ConnectionReports, ReportListener, listening


class Told:
    def __init__(self) -> None:
        self.reports: list[tuple[str, ...]] = []

    def belongs_to(self, connection: str, owner: str, sign_in: str) -> None:
        self.reports.append((connection, owner, sign_in))

    def gave_way(self, connection: str) -> None:
        self.reports.append((connection,))


@pytest.fixture
async def told(tmp_path):
    path, told = tmp_path / "reports.sock", Told()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: ReportListener(told), sock=listening(path)
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    yield path, told
    transport.close()


async def came(told: Told, number: int) -> list[tuple[str, ...]]:
    async with asyncio.timeout(60):
        while len(told.reports) < number:  # noqa: ASYNC110 -- what is waited for tells nobody
            await asyncio.sleep(0.01)
    return told.reports


async def test_an_owner_is_told_once_and_again_when_it_changes(told) -> None:
    path, heard = told
    reports = ConnectionReports(path)
    reports.belongs_to("[2001:db8::1]:5", "ana", "s1")
    reports.belongs_to("[2001:db8::1]:5", "ana", "s1")
    reports.belongs_to("[2001:db8::1]:5", "bo", "")
    reports.gave_way("192.0.2.1:7")
    assert await came(heard, 3) == [("[2001:db8::1]:5", "ana", "s1"), ("[2001:db8::1]:5", "bo", ""), ("192.0.2.1:7",)]
    reports.close()


async def test_an_owner_is_told_again_after_a_while(told, monkeypatch) -> None:
    """The same client may have come back by the same port, as a stranger to the front."""
    path, heard = told
    reports = ConnectionReports(path)
    reports.belongs_to("192.0.2.1:7", "ana", "s1")
    monkeypatch.setattr(connection_reports, "AGAIN_SECONDS", 0.0)
    reports.belongs_to("192.0.2.1:7", "ana", "s1")
    assert await came(heard, 2) == [("192.0.2.1:7", "ana", "s1")] * 2
    reports.close()


async def test_what_is_no_report_is_nothing(told) -> None:
    path, heard = told
    reports = ConnectionReports(path)
    for wrong in ("", "owner", "owner a b", "ownership a b c", "gave-way", "gave-way a b", "\xff" * 10):
        assert reports._send(wrong)
    assert not reports._send("owner 192.0.2.1:1 " + "a" * 600)
    reports.gave_way("192.0.2.1:7")
    assert await came(heard, 1) == [("192.0.2.1:7",)]
    reports.close()


async def test_what_no_front_heard_is_told_again(tmp_path: Path) -> None:
    path, heard = tmp_path / "reports.sock", Told()
    reports = ConnectionReports(path)
    reports.belongs_to("192.0.2.1:7", "ana", "")
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: ReportListener(heard), sock=listening(path)
    )
    reports.belongs_to("192.0.2.1:7", "ana", "")
    assert await came(heard, 1) == [("192.0.2.1:7", "ana", "")]
    transport.close()
    reports.close()
