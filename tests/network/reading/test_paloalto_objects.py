"""Objects of PAN-OS, and XML that is not to be trusted."""

from __future__ import annotations

import pytest

from limen.network.reading.named_objects import Kind
from limen.network.reading.paloalto_objects import address_literal, objects_of, tree_of
from limen.network.reading.reading import UnreadableError


def objects(inside: str):
    return objects_of([tree_of(f"<entry>{inside}</entry>")])


def test_addresses_and_groups_of_them() -> None:
    of = objects(
        "<address><entry name='a'><ip-netmask>10.0.0.1/24</ip-netmask></entry>"
        "<entry name='b'><ip-range>10.0.0.1-10.0.0.2</ip-range></entry>"
        "<entry name='c'><fqdn>x.example</fqdn></entry></address>"
        "<address-group><entry name='g'><static><member>a</member><member>b</member></static></entry>"
        "<entry name='h'><static><member>a</member><member>c</member></static></entry>"
        "<entry name='t'><dynamic><filter>x</filter></dynamic></entry></address-group>"
    ).addresses
    assert of.of("a") == (address_literal("10.0.0.0/24")[0],)
    assert of.of("g") == (*address_literal("10.0.0.0/24"), *address_literal("10.0.0.1-10.0.0.2"))
    assert (of.of("c"), of.of("h"), of.of("t"), of.of("nobody")) == (None, None, None, None)


def test_services_with_their_ports() -> None:
    of = objects(
        "<service><entry name='a'><protocol><tcp><port>80, 8000-8001</port><source-port>9</source-port></tcp>"
        "</protocol></entry><entry name='b'><protocol><udp><port>x</port></udp></protocol></entry></service>"
    ).services
    assert of.of("a") == (Kind((6, 6), (80, 80), (9, 9)), Kind((6, 6), (8000, 8001), (9, 9)))
    assert of.of("b") is None
    assert of.of("service-https") == (Kind((6, 6), (443, 443)),)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<default><ident-by-icmp6-type><type>128</type></ident-by-icmp6-type></default>", (58, 128, 6)),
        ("<default><ident-by-icmp-type><type>8</type></ident-by-icmp-type></default>", (1, 8, 4)),
    ],
)
def test_applications_told_by_a_type(inside: str, expected: tuple[int, int, int]) -> None:
    protocol, kind, family = expected
    found = objects(f"<application><entry name='a'>{inside}</entry></application>").applications.of("a")
    assert found == (Kind((protocol, protocol), (kind, kind), families=(family,)),)


@pytest.mark.parametrize(
    "inside",
    [
        "<default><port><member>tcp/80</member></port></default>",
        "<default><ident-by-ip-protocol>256</ident-by-ip-protocol></default>",
        "<default><ident-by-ip-protocol>6</ident-by-ip-protocol></default><signature/>",
        "<default><ident-by-ip-protocol>6</ident-by-ip-protocol></default><parent-app>ssl</parent-app>",
    ],
)
def test_applications_told_by_more_are_not_known(inside: str) -> None:
    assert objects(f"<application><entry name='a'>{inside}</entry></application>").applications.of("a") is None


@pytest.mark.parametrize("text", ["", "<a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "\x00<a/>", "config"])
def test_what_is_no_plain_xml_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        tree_of(text)
