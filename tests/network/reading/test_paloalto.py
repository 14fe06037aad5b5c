"""A configuration of PAN-OS read: rules in their order, their conditions, and what becomes of the rest."""

from __future__ import annotations

import pytest
from tests.network.reading.sampled import ICMP, TCP, UDP, doubted, packet, sample

from limen.network.packets import Rule
from limen.network.reading.paloalto import read_paloalto
from limen.network.reading.reading import Errs, Reading, UnreadableError

OFFICE, FILES, PRINTER = "10.10.0.7", "10.20.0.10", "10.20.0.100"
WHOLE = {
    "from": "lan",
    "to": "dmz",
    "source": "any",
    "destination": "any",
    "application": "any",
    "service": "any",
    "action": "allow",
}


def system(inside: str) -> str:
    return f"<config><devices><entry name='d'><vsys><entry name='v'>{inside}</entry></vsys></entry></devices></config>"


def rulebase(*entries: str, more: str = "") -> str:
    return f"<rulebase><security><rules>{''.join(entries)}</rules></security>{more}</rulebase>"


def entry(name: str = "r", **said: str) -> str:
    values = WHOLE | {key.rstrip("_"): value for key, value in said.items()}
    lists = {"from", "to", "source", "destination", "application", "service", "source-user"}
    inside = "".join(
        f"<{key}><member>{value}</member></{key}>" if key in lists else f"<{key}>{value}</{key}>"
        for key, value in values.items()
        if value
    )
    return f'<entry name="{name}">{inside}</entry>'


def stated(reading: Reading) -> list[Rule]:
    return [one for one in reading.ruleset.rules if not one.id.endswith("-default")]


def test_the_sample_lets_through_what_its_rules_say() -> None:
    of = sample("paloalto.xml")
    allows = of.ruleset.allows
    assert of.kind == "paloalto"
    assert allows(packet("trust dmz", OFFICE, FILES, TCP, 9_003))
    assert allows(packet("trust dmz", OFFICE, PRINTER, UDP, 53))
    assert not allows(packet("trust dmz", OFFICE, FILES, TCP, 53))
    assert allows(packet("trust dmz", "10.99.0.1", FILES, ICMP, 8))
    assert not allows(packet("trust dmz", "10.99.0.1", FILES, ICMP, 13))
    assert not allows(packet("trust trust", OFFICE, OFFICE, TCP, 443))
    assert not allows(packet("untrust dmz", OFFICE, PRINTER, TCP, 443))
    assert allows(packet("untrust dmz", OFFICE, FILES, TCP, 443))
    assert allows(packet("trust dmz", "fd00::1", "fd00:20::10", TCP, 8_443))


def test_what_is_not_understood_is_named() -> None:
    assert doubted(sample("paloalto.xml")) == {"nat files-outside", "finance-people", "no-tagged"}


@pytest.mark.parametrize(
    ("said", "errs", "number"),
    [
        ({}, None, 2),
        ({"action": "deny"}, None, 2),
        ({"disabled": "yes"}, None, 0),
        ({"application": "ssl"}, Errs.TOO_OPEN, 2),
        ({"application": "ping", "service": "application-default"}, Errs.TOO_OPEN, 1),
        ({"application": "ssl", "action": "drop"}, Errs.TOO_OPEN, 0),
        ({"schedule": "nights"}, Errs.TOO_OPEN, 2),
        ({"destination": "DE"}, Errs.TOO_OPEN, 2),
        ({"source": "10.0.0.0/8"}, None, 1),
        ({"source": "10.0.0.1-10.0.0.9"}, None, 1),
        ({"service": "service-http"}, None, 4),
        ({"service": "unknown"}, Errs.TOO_OPEN, 2),
        ({"action": "frobnicate"}, Errs.EITHER, 0),
        ({"source": "", "destination": "", "from_": "", "to": ""}, None, 2),
        ({"rule-type": "frobnicate"}, Errs.TOO_OPEN, 2),
        ({"option": "disable-server-response-inspection"}, Errs.TOO_OPEN, 2),
    ],
)
def test_conditions_of_a_rule(said: dict[str, str], errs: Errs | None, number: int) -> None:
    reading = read_paloalto(system(rulebase(entry(**said))))
    assert reading.errs is errs
    assert len(stated(reading)) == number


def test_what_stays_within_a_zone_is_let_through_unless_it_is_said() -> None:
    within = packet("lan lan", OFFICE, OFFICE, TCP, 443)
    across = packet("dmz lan", FILES, OFFICE, TCP, 443)
    plain = read_paloalto(system(rulebase(entry()))).ruleset
    assert plain.allows(within)
    assert not plain.allows(across)
    said = "<entry name='intrazone-default'><action>deny</action></entry>"
    said += "<entry name='interzone-default'><action>allow</action></entry>"
    turned = f"<default-security-rules><rules>{said}</rules></default-security-rules>"
    other = read_paloalto(system(rulebase(entry(), more=turned))).ruleset
    assert not other.allows(within)
    assert other.allows(across)


def test_kinds_of_rules() -> None:
    ways = {"universal": {("", "lan")}, "intrazone": {("lan", "lan")}, "interzone": {("other", "lan")}}
    for kind, expected in ways.items():
        text = system(rulebase(entry(from_="any", to="lan", **{"rule-type": kind})))
        assert {(one.from_zone, one.to_zone) for one in stated(read_paloalto(text))} == expected


def test_a_rule_for_an_application_and_a_service_lets_through_what_both_do() -> None:
    application = "<application><entry name='own'><default><ident-by-ip-protocol>6</ident-by-ip-protocol></default>"
    text = system(application + "</entry></application>" + rulebase(entry(application="own", service="service-https")))
    assert {(one.box.protocol, one.box.port) for one in stated(read_paloalto(text))} == {((6, 6), (443, 443))}


def test_rules_of_panorama_and_rulebases_that_are_not_read_are_named() -> None:
    other = "<application-override><rules><entry name='x'/></rules></application-override>"
    before = f"<pre-rulebase><security><rules>{entry('p')}</rules></security></pre-rulebase>"
    assert doubted(read_paloalto(system(before + rulebase(entry(), more=other)))) == {
        "pre-rulebase",
        "rulebase application-override",
    }


def test_two_systems_with_rules_are_not_mixed_up() -> None:
    one = f"<entry name='a'>{rulebase(entry())}</entry>"
    two = f"<config><devices><entry name='d'><vsys>{one}{one}</vsys></entry></devices></config>"
    with pytest.raises(UnreadableError):
        read_paloalto(two)
    with pytest.raises(UnreadableError):
        read_paloalto("<config/>")
