"""What looks into documents for some rules and lists."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.data.data_yaml import a_rule, rules_of

from limen.data.made_inspection import made_for

_KEYRING: Any = SimpleNamespace()


async def test_it_has_its_scanner_and_processes_that_end() -> None:
    made = made_for(rules_of("rules:\n" + a_rule("{finds: [iban]}")), (), _KEYRING, bytes(32))
    try:
        inspected = await made.inspection.inspect(b"IBAN DE89 3704 0044 0532 0130 00")
        assert inspected.found.unique() == {"iban": 1}
        assert (made.uses, made.is_retired) == (0, False)
        assert made.pool.pids == frozenset()
    finally:
        made.pool.close()
