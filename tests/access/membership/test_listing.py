"""What the page and the command line show: directories in force, groups, members by a grant and without one."""

from __future__ import annotations

import pytest
from tests.access.membership.at_slapd import APP, AtSlapd
from tests.slapd import DOMAIN_ADMINS

from limen.access.membership.listing import listed

pytestmark = pytest.mark.slow


async def test_everybody_in_a_group_is_listed_with_why(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    _, mallory = await office.person("Mallory")
    await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
    await office.reconciled()
    apps, database = office.house.limen.known.apps, office.house.limen.core.database
    (one,) = database.read(lambda s: listed(s, office.directories.known(), apps.values()))
    (group,) = one.groups
    assert (one.name, one.state.has_secret, one.state.error) == ("office", True, "")
    assert group.app is not None
    assert (group.app.id, group.group) == (APP, DOMAIN_ADMINS)
    assert [member.person for member in group.members] == [oscar]
    assert [stranger.value for stranger in group.strangers] == [mallory]
    (left,) = database.read(lambda s: listed(s, {}, []))
    assert (left.directory, left.groups[0].app) == (None, None)
