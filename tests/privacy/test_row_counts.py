from __future__ import annotations

import limen.app  # noqa: F401 -- every pillar's tables
from limen.identity.store import erasure
from limen.privacy.row_counts import row_counts
from limen.storage.tables import words_of


def test_every_table_with_something_of_somebody_has_words() -> None:
    personal = {table.name for table, _ in erasure._whose()} | {"people"}
    assert [name for name in personal if words_of(name)[0] == name] == []


def test_the_account_comes_first_and_one_is_not_several() -> None:
    said = list(row_counts({"memberships": 1, "people": 1, "passkeys": 2, "strange": 3}))
    assert said == ["1 account", "1 group membership", "2 passkeys", "3 strange"]
