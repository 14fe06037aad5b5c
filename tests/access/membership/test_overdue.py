from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.rows import NOW

from limen.access.membership.overdue import LATE, ends_by_itself, overstayed
from limen.access.membership.store import Membership, State
from limen.facts.directory_group import DirectoryGroup

GROUP = DirectoryGroup("office", "cn=payments")
ONE = Membership(
    id="dm_1",
    directory="office",
    group="cn=payments",
    person="oscar",
    app="payments",
    grant="gr_1",
    state=State.MEMBER,
    since=NOW,
    until=NOW,
)


def test_a_directory_is_believed_by_what_it_said_of_the_newest() -> None:
    ended = replace(ONE, ends_there=True)
    assert not ends_by_itself(GROUP, [])
    assert not ends_by_itself(GROUP, [ONE])
    assert ends_by_itself(GROUP, [ended])
    assert not ends_by_itself(GROUP, [ended, replace(ONE, since=NOW + 1)])
    assert not ends_by_itself(GROUP, [replace(ended, group="cn=others"), replace(ended, directory="cloud")])
    assert not ends_by_itself(GROUP, [replace(ended, state=State.STANDING)])


@pytest.mark.parametrize(
    ("one", "past", "is_late"),
    [
        (ONE, LATE, True),
        (ONE, LATE - 1, False),
        (replace(ONE, state=State.REMOVING), LATE, True),
        (replace(ONE, state=State.STANDING), LATE, False),
        (replace(ONE, state=State.TAKEN), LATE, False),
        (replace(ONE, ends_there=True), LATE, False),
    ],
)
def test_who_may_be_in_past_the_end(one: Membership, past: int, *, is_late: bool) -> None:
    assert overstayed(one, NOW, NOW + past) == (past if is_late else 0)
