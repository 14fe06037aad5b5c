"""Whose word on a recovery key counts, and who sees a disk unencrypted."""

from __future__ import annotations

from typing import Any

from tests.devices.seen import NOW, checks
from tests.roadmap.devices.harbor_devices import INTUNE, harbor, laptop

from limen.devices.model import Said
from limen.facts.device_rules import DeviceRules, DeviceSource, SourceKind
from limen.roadmap.devices.escrow import is_seen_unencrypted, words_on_key
from limen.roadmap.devices.seen import WorkDevice, devices

RULES = DeviceRules(sources={"intune": INTUNE, "osquery": DeviceSource(SourceKind.OSQUERY)})


def said(source: str = "intune", *, vouches: bool = True, **told: Any) -> Said:
    return Said(source, NOW, True, vouches, checks({"disk_encryption": {"encrypted": True, **told}}))


def device(*words: Said) -> WorkDevice:
    (found,) = devices(harbor((laptop("ada", said=words),), (), rules=RULES).devices, NOW)
    return found


def words(*told: Said) -> dict[str, bool]:
    return dict(words_on_key(harbor(rules=RULES).devices, device(*told)))


def test_only_who_may_vouch_and_is_sure_holds_a_key() -> None:
    assert words(said(key_escrowed=True)) == {"intune": True}
    assert words(said(key_escrowed=True, vouches=False)) == {"intune": False}
    assert words(said(key_escrowed=False)) == {"intune": False}
    assert words(said(), said("osquery", key_escrowed=True), said("gone", key_escrowed=True)) == {}


def test_what_the_agent_says_of_its_key_counts_for_nothing() -> None:
    own = laptop("ada", {"disk_encryption": {"encrypted": True, "key_escrowed": True}})
    (found,) = devices(harbor((own,), (), rules=RULES).devices, NOW)
    assert words_on_key(harbor(rules=RULES).devices, found) == {}


def test_whoever_sees_a_bare_volume_is_believed() -> None:
    assert not is_seen_unencrypted(device(said(key_escrowed=True)))
    bare = {"volumes": [{"mount": "D:", "encrypted": False}]}
    assert is_seen_unencrypted(device(said(**bare)))
    assert is_seen_unencrypted(device(Said("x", NOW, True, False, checks({"disk_encryption": {"encrypted": False}}))))
