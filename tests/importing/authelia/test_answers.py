from __future__ import annotations

from tests.importing.authelia import oracle
from tests.importing.harbor import export, imported


def test_what_is_expected_is_what_authelia_answers() -> None:
    system = imported("authelia").system
    control = export("authelia")["configuration.yml"]["access_control"]
    apps = {one.key: one.host for one in system.apps}
    assert len(system.expected) > 4
    for one in system.expected:
        groups = frozenset(key.removeprefix("group:") for key in one.groups if key.startswith("group:"))
        account = next((key.removeprefix("user:") for key in one.groups if key.startswith("user:")), "x")
        asked = (apps[one.app], account, groups, one.strength, "203.0.113.77", "GET", "/")
        assert oracle.lets_in(control, *asked) == one.is_permitted, one
