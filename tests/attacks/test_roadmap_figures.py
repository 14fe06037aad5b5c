"""Attacks on the roadmap's figures: evidence that vanishes must not look good, and what is missing names nobody.

Rows say what is missing also to whoever sees no names: in the report, in JSON and in CSV.
"""

from __future__ import annotations

from dataclasses import replace

from tests.network.learning.seen import AT, contact, tally
from tests.roadmap.devices.harbor_devices import EDR, browser, harbor, laptop
from tests.roadmap.harbor import app, company_of, federated
from tests.roadmap.network.houses import FLOWS, NOW, evidence, network
from tests.roadmap.network.test_openings_end import DOOR
from tests.roadmap.stated import statement

from limen.clock import DAY, HOUR, SECOND
from limen.devices.signals.hosts_store import SensorHost
from limen.facts import LIMEN
from limen.facts.device_rules import DeviceRules
from limen.identity.past_sign_ins import PastSignIns
from limen.network.clouds.model import CloudReading
from limen.roadmap.areas import contradicted
from limen.roadmap.devices.healthy_devices import CONTROL as HEALTHY
from limen.roadmap.devices.local_administrators import CONTROL as ADMINISTRATORS
from limen.roadmap.devices.malware_protection import CONTROL as MALWARE
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.every_entry_point import CONTROL as ENTRY_POINTS
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported
from limen.roadmap.identity.single_sign_on import CONTROL as SINGLE_SIGN_ON
from limen.roadmap.identity.weak_sign_ins import CONTROL as WEAK_SIGN_INS
from limen.roadmap.model import Control
from limen.roadmap.network.cloud_groups import CONTROL as CLOUDS
from limen.roadmap.network.crossings_alarmed import CONTROL as CROSSINGS
from limen.roadmap.network.crown_jewels import CONTROL as CROWN_JEWELS
from limen.roadmap.network.evidence import CrossingAlert, Foothold
from limen.roadmap.network.flow_reasons import CONTROL as FLOW_REASONS
from limen.roadmap.network.openings_end import CONTROL as OPENINGS_END
from limen.roadmap.network.zones_used import CONTROL as ZONES_USED
from limen.storage.journal.usage import Use

OFFICE = Foothold("office", "office", "/console/network/zones/office", is_person=False)


def is_met(control: Control, found: Evidence) -> bool:
    return control.measured(found).parts[0].is_met


def test_a_firewall_that_fell_silent_hides_no_address_that_is_in_no_zone() -> None:
    for days in (5, 31, 59):
        seen = {contact("10.77.0.1", "10.20.0.10")._replace(day=NOW // DAY - days): tally()}
        assert not is_met(ZONES_USED, evidence(seen=seen, signed_in_from=frozenset({"10.21.0.9"})))


def test_a_firewall_that_is_removed_or_enrolled_no_more_has_not_closed_anything() -> None:
    of = network()
    away = evidence(of, doors=(DOOR,)).network.firewalls
    assert is_met(OPENINGS_END, evidence(of, doors=(DOOR,)))
    assert not is_met(OPENINGS_END, evidence(of, doors=(DOOR,), firewalls=()))
    gone = tuple(replace(one, is_enrolled=False, caught_up_at=0) for one in away)
    assert not is_met(OPENINGS_END, evidence(of, doors=(DOOR,), firewalls=gone))


def test_where_nobody_is_known_nothing_is_out_of_everybodys_reach() -> None:
    of = replace(evidence(network(()), footholds=(OFFICE,)), company=company_of())
    assert not is_met(CROWN_JEWELS, of)
    ada = Foothold("p_ada", "Ada", "/console/people/p_ada", is_person=True)
    assert is_met(CROWN_JEWELS, replace(of, network=replace(of.network, footholds=(OFFICE, ada))))


def test_a_provider_whose_log_is_disconnected_is_not_forgotten_and_no_other_log_speaks_for_it() -> None:
    trusting = federated(company_of(app("wiki")), "https://harbor.okta.com", "https://login.microsoftonline.com/h")
    okta, azure = (Imported(one, 9, apps={"Mail": 0}) for one in ("okta", "azure"))
    identity = IdentityEvidence(
        decided=Decided({(LIMEN, 3): 9, ("wiki", 3): 9}, {}),
        sign_ins=PastSignIns(0, 1, ()),
        imported=(okta, azure),
    )
    use = Use("p_ada", "wiki", "view", "permit", (), "r", 1, 5)
    whole = Evidence(at=9, company=trusting, uses=(use,), identity=identity)
    for control in (ENTRY_POINTS, SINGLE_SIGN_ON, WEAK_SIGN_INS):
        before = control.measured(whole)
        assert [one for one in before.parts if one.missing] == []
        for left in ((okta,), (azure,), ()):
            found = control.measured(replace(whole, identity=replace(identity, imported=left)))
            assert len(found.parts) == len(before.parts)
            assert (found.is_met, found.grade.word) == (False, "unknown")


def test_an_alert_of_another_day_says_nothing_of_a_try_to_cross() -> None:
    tried = {contact("10.10.0.7", "10.60.0.2", 445): tally(5, refused=5)}
    about = CrossingAlert("f1", "tried", "address:10.10.0.7", "c1", AT, AT + SECOND)
    for since, is_told in ((AT, True), (AT - DAY, False), (AT + DAY, False)):
        alerts = (replace(about, since=since, raised_at=since + SECOND),)
        assert CROSSINGS.measured(evidence(seen=tried, alerts=alerts)).parts[1].is_met is is_told


def test_what_is_missing_names_no_account_device_or_owner() -> None:
    devices = ADMINISTRATORS.measured(
        harbor((laptop("ada"), laptop("ben", {"administrators": {"count": 2, "names": ("ben", "somebody")}})))
    )
    flows = FLOW_REASONS.measured(evidence(network((replace(FLOWS[0], owner="eve.miller@old.example"), FLOWS[1]))))
    said = [row.why for found in (devices, flows) for part in found.parts for row in part.misses]
    assert len(said) == 2
    assert not [why for why in said for name in ("ben", "somebody", "eve", "miller", "@") if name in why]


def test_whoever_removes_what_contradicted_a_statement_does_not_have_it_back() -> None:
    seen = replace(evidence(clouds=(CloudReading("prod", "aws", NOW),)), company=company_of())
    seen = replace(seen, statements=(statement("cloud", at=NOW),))
    ((one, what),) = contradicted(seen)
    over = (replace(one, contradicted_at=NOW, contradicted_by=what),)
    assert not CLOUDS.measured(replace(seen, network=replace(seen.network, clouds=()), statements=over)).is_met


def test_a_laptop_whose_agent_was_stopped_does_not_rest_while_its_owner_works() -> None:
    friday = harbor_now() - 3 * DAY
    away = (replace(browser("ada", "d_ada"), last_at=friday), browser("ben", "d_ben"))
    stopped = harbor((laptop("ada", at=friday), laptop("ben")), away, used_at={"p_ada": friday + DAY})
    assert [row.id for row in HEALTHY.measured(stopped).parts[0].misses] == ["d_ada"]


def test_an_edr_that_was_told_a_servers_name_watches_no_second_one_of_that_name() -> None:
    heard = (SensorHost("defender", "crane", "", harbor_now()),)
    names = {"h_1": "crane.harbor.example", "h_2": "crane.branch.example"}
    told = harbor(rules=DeviceRules(signals={"defender": EDR}), unmatched=(), servers=names, sensor_hosts=heard)
    assert [row.id for row in MALWARE.measured(told).parts[4].misses] == ["h_1", "h_2"]


def harbor_now() -> int:
    return harbor().at - HOUR
