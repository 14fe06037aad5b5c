"""The part in a whole Limen: what is published, kept and allowed counts for the next thing that passes."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.data.data_yaml import a_rule
from tests.web.conftest import move_in

from limen.data.allowed.allowing import allow
from limen.data.lists.keeping import keep_rows
from limen.data.protection import PURPOSE, DataProtection
from limen.data.rules.model import Channel, Passing, Step
from limen.data.rules.stated import DataRules

RULES = (
    "exact: {customers: {name: Customers, fields: [number, name]}}\nrules:\n"
    + a_rule("{finds: [customers]}", "block", id_="customers-leave")
    + a_rule("{finds: [iban]}", "warn", id_="accounts-leave")
)
UPLOAD = Passing(Channel.UPLOAD, app="handbook")
CUSTOMER, ACCOUNT = b"K-10042 is Anna Berger", b"DE89 3704 0044 0532 0130 00"


async def test_what_is_published_kept_and_allowed_counts_at_once(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", lambda root: (root / "data.yaml").write_text(RULES))
        core = house.limen.core
        protection, rules = core.offers.take(DataProtection), core.known.rules_of(DataRules)
        assert rules is not None

        async def judged(body: bytes) -> Step:
            return protection.judge(UPLOAD, await protection.inspect(body)).step

        assert protection.asks(UPLOAD)
        assert await judged(CUSTOMER) is Step.ALLOW
        assert await judged(ACCOUNT) is Step.WARN

        now, rows = core.clock.now(), [("K-10042", "Anna Berger")]
        await core.write(lambda t: keep_rows(t, core.keyring, rules.exact[0], rows, now, "p1"))
        assert await judged(CUSTOMER) is Step.BLOCK

        key = core.keyring.key_for(PURPOSE)
        await core.write(lambda t: allow(t, key, rules, "iban", [ACCOUNT], "ours", now + 1_000, now, by="p1"))
        assert await judged(ACCOUNT) is Step.ALLOW

        inspected = await protection.inspect(CUSTOMER)
        event = await protection.note(UPLOAD, inspected, protection.judge(UPLOAD, inspected), passed=False)
        await asyncio.to_thread(core.journal.flush)
        found = await asyncio.to_thread(core.journal.find, event)
        assert found is not None
        assert "customers=1,1,1" in str(found.details["found"]).split()
        assert found.details["rules"] == "customers-leave"
