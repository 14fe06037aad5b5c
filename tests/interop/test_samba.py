"""A real Samba, told what Limen prints for it: what is written to its share is looked into."""

from __future__ import annotations

import os
from pathlib import Path

from tests.data.doors.protecting import CARD, NO_CARD, OwnProtection
from tests.interop.samba_world import samba_world

from limen.data.doors.mass_renaming import MANY
from limen.data.rules.model import Step


async def test_what_is_written_to_a_share_is_taken_or_stays_and_ransomware_is_an_alarm(tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "card").write_bytes(CARD)
    (sent / "none").write_bytes(NO_CARD)
    (sent / "noise").write_bytes(os.urandom(20_000))
    async with samba_world(tmp_path, OwnProtection(Step.QUARANTINE)) as world:
        share = world.share
        await world.do(
            f"lcd {sent}",
            "mkdir in",
            "put card in\\a.txt",
            "put none in\\b.txt",
            "put card c.tmp",
            "rename c.tmp c.txt",
        )
        await share.until(lambda: share.names == {"in/a.txt.limen.txt", "in/b.txt", "c.txt.limen.txt"})
        assert {one[0].person for one in share.protection.noted} == {"p_games"}
        assert {one.path for one in share.quarantine.all()} == {"in/a.txt", "c.txt"}
        read = await world.do("get c.txt.limen.txt -", "get c.txt -")
        assert "Payment card" in read
        assert "NT_STATUS_OBJECT_NAME_NOT_FOUND" in read

        share.protection.is_asked = False
        files = [f"{number}.docx" for number in range(MANY)]
        await world.do(f"lcd {sent}", *(f"put none {one}" for one in files))
        await share.until(lambda: share.patrol.counts["allow"] >= MANY)
        await world.do(f"lcd {sent}", *(f"put noise {one}; rename {one} {one}.locked" for one in files))
        await share.until(lambda: share.alarms)
        ((alarm, person, address),) = share.alarms
        assert (alarm.actor, alarm.number >= MANY, person, address) == ("games", True, "p_games", "127.0.0.1")
