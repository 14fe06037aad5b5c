"""Single sign-on as a part."""

from __future__ import annotations

from tests.web.conftest import House

from limen.sso.pillar import PILLAR


async def test_what_it_declares_is_taken_in(house: House) -> None:
    declared = PILLAR.declarations()
    assert {kind.name.partition(".")[0] for kind in declared.events} == {"sso"}
    assert {table.name.partition("_")[0] for table in declared.tables} == {"oidc", "upstream"}
    assert PILLAR.is_optional
