from __future__ import annotations

from limen.policy.roles import ADMINISTER
from limen.web.permissions import CHANGE, HELP, READ, SEE_PEOPLE


def test_whoever_may_administer_may_do_everything_that_a_lesser_role_may() -> None:
    assert {one[-1] for one in (READ, SEE_PEOPLE, HELP, CHANGE)} == {ADMINISTER}
