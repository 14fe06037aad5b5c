"""Another program holds the database: what is only read goes on, what would be written says so and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path

from tests.web import conftest as web


async def test_while_another_program_writes_pages_open_and_changes_say_what_is_so(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await web.move_in(closing, tmp_path / "harbor")
        ada, bea = house.browser(), house.browser()
        await house.administrator(ada)
        bea_id = await house.member(bea, "Bea", "staff")
        wiki = await house.into(bea, "wiki")
        database = house.limen.database
        database.write(lambda transaction: transaction.connection.exec_driver_sql("PRAGMA busy_timeout = 100"))
        holder = sqlite3.connect(tmp_path / "harbor" / "data" / "limen.db", isolation_level=None)
        closing.callback(holder.close)
        holder.execute("BEGIN IMMEDIATE")

        assert (await ada.get(f"/console/people/{bea_id}")).status_code == 200
        refused = await ada.post(f"/console/people/{bea_id}/sessions/end")
        assert refused.status_code == 503
        assert "Another program has been writing" in refused.text
        assert (
            await wiki.get("/")
        ).status_code == 502  # decided and passed on: nothing is listening behind this app here
        again = house.browser()
        again.passkey = bea.passkey
        failed = await again.sign_in()
        assert failed.status_code == 503
        assert failed.json()["fix"] == "try again in a moment"

        holder.execute("ROLLBACK")
        assert (await again.sign_in()).status_code == 200
        done = await ada.post(f"/console/people/{bea_id}/sessions/end")
        assert done.headers["location"].endswith("done=ended")
        assert (await bea.get("/")).headers["location"].startswith("/sign-in")
