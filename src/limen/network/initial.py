"""What `limen init` writes as `network.yaml` where nothing of a network is seen: how one is stated, in comments."""

from __future__ import annotations

from typing import Final

HEAD: Final = """\
# The network in zones: who may reach what, and what must never be. What no flow lets through is denied.
# `limen check` proves it, `limen network matrix` shows it, `limen network why office erp https` explains it.
# Nothing is enforced by this file until a firewall is named below.
#   zones       a part of the network whose borders are guarded. kind: workstation, server, domain (controllers),
#               finance, backup, management, iot, guest, dmz, vpn, cloud; by it what must never be is known.
#               prefixes: its addresses, IPv4 and IPv6 alike; interface, vlan, tags: where the firewall or cloud has it
#   hosts       something with addresses of its own in a zone
#   services    beside the built-in ones (https, ssh, rdp, smb, dns, active-directory, printing, ping, …)
#   flows       what is let through: from, to, service, owner (a group or an email address), purpose, and the day on
#               which somebody looks at it again (review); from `expires` on it is over.
#               In place of names: internet, inside (every zone but it), everything; any for services
#   blocks      what is denied though a flow lets it through
#   trial       from which zones to which nothing is cut before a day (until): it is let through, and told
#   never       what must not be possible, whatever the flows; `hops: true`: nor by way of others. Six are built in:
#               internet-inside, guests-inside, iot-sensitive, backup-from-people, management-from-elsewhere and
#               administration-from-people. without: which of these does not hold here, and why
#   firewalls   where it is enforced: {kind: nftables, device: gw1, uplink: [eth0]}, or on a host itself:
#               {kind: nftables, host: db1}
"""

INITIAL: Final = (
    HEAD
    + """\
# zones:
#   office:  {kind: workstation, vlan: 10, prefixes: [10.10.0.0/24, "fd00:10::/64"]}
#   servers: {kind: server, vlan: 20, prefixes: [10.20.0.0/24, "fd00:20::/64"]}
#   guests:  {kind: guest, vlan: 40, isolated: true, prefixes: [10.40.0.0/24, "fd00:40::/64"]}
# hosts:
#   erp: {zone: servers, addresses: [10.20.0.4, "fd00:20::4"]}
# services:
#   erp: [tcp/8443]
# flows:
#   - {id: browsing, from: [office, guests], to: internet, service: [https, http, quic], owner: staff,
#      purpose: "Web sites of others", review: 2027-11-01}
#   - {id: erp-web, from: office, to: erp, service: erp, owner: staff, purpose: "ERP in the browser",
#      review: 2027-11-01}
# never:
#   - {id: servers-out, from: servers, to: internet, why: "an attacker needs a way back out"}
# without:
#   guests-inside: "the guests' printer is in the office until 2027-02"
"""
)
