"""D4: encryption and recovery keys, each met, missed by one and unknown."""

from __future__ import annotations

from dataclasses import replace

from tests.devices.seen import checks
from tests.roadmap.devices.harbor_devices import BOTH, LATER, harbor, laptop, misses, phone
from tests.roadmap.devices.test_escrow import RULES, said
from tests.roadmap.stated import statement

from limen.roadmap.devices.encrypted_storage import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

HEARD = {"rules": RULES, "heard": {"intune": LATER, "osquery": LATER}}
ADA = laptop("ada", said=(said(key_escrowed=True),))


def test_it_is_met_where_sources_hold_every_key() -> None:
    ben = laptop("ben", said=(said(key_escrowed=True),))
    found = CONTROL.measured(harbor((ADA, ben), records=(phone("ada", checks=checks()),), **HEARD))
    assert (found.is_met, [one.denominator for one in found.parts], found.grade) == (True, [3, 2], Grade.IMPORTED)


def test_each_part_misses_by_one() -> None:
    found = CONTROL.measured(harbor((laptop("ada"), laptop("ben", {"disk_encryption": {"encrypted": False}}))))
    assert (found.parts[0].is_met, misses(found)) == (False, ["d_ben"])
    for words in ((), (said(key_escrowed=False),), (said(key_escrowed=True, vouches=False),)):
        found = CONTROL.measured(harbor((ADA, laptop("ben", said=words)), **HEARD))
        assert (found.parts[1].is_met, misses(found, 1)) == (False, ["d_ben"])


def test_what_is_stated_of_one_device_counts_for_it_alone_and_is_attested() -> None:
    evidence = harbor((ADA, laptop("ben")), **HEARD)
    of_ben = replace(evidence, statements=(statement("recovery_key", "d_ben", at=LATER),))
    found = CONTROL.measured(of_ben)
    assert (found.is_met, found.grade) == (True, Grade.ATTESTED)
    more = harbor((ADA, laptop("ben"), laptop("mia")), **HEARD)
    assert misses(CONTROL.measured(replace(more, statements=of_ben.statements)), 1) == ["d_mia"]


def test_a_statement_of_a_disk_that_is_seen_unencrypted_counts_for_nothing() -> None:
    bare = laptop("ben", {"disk_encryption": {"encrypted": False}})
    evidence = replace(harbor((ADA, bare), **HEARD), statements=(statement("recovery_key", "d_ben", at=LATER),))
    assert misses(CONTROL.measured(evidence), 1) == ["d_ben"]


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=())):
        assert not CONTROL.measured(evidence).parts[0].is_known
    assert not CONTROL.measured(harbor(BOTH)).parts[1].is_known
    assert not CONTROL.measured(harbor((ADA,), rules=RULES, heard={})).parts[1].is_known
