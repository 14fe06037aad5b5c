"""What each product's messages look like, as its maker documents them, and what their words come to.

None of these was tried against the product itself: the examples in the tests are written after the makers' public
documentation. Wazuh's and Suricata's are files on one's own disk; Suricata is tried for real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.devices.signals.mapping import AtLeast, Is, IsThere, Mapper, Rule, Sensor, Shape
from limen.devices.signals.model import Level, Topic

_DONE: Final = Is(("resolved", "closed", "dismissed", "done", "none"))

WEBHOOK: Final = Mapper(
    lists=("signals", "alive"),
    shapes=(
        Shape(
            when={"level": IsThere(), "ref": IsThere()},
            ref=("ref",),
            levels=(
                Rule(Level.NONE, {"level": Is(("none",))}),
                Rule(Level.LOW, {"level": Is(("low",))}),
                Rule(Level.MEDIUM, {"level": Is(("medium",))}),
                Rule(Level.HIGH, {"level": IsThere()}),
            ),
            title=("title",),
            at=("at",),
            until=("until",),
            device_id=("device.id",),
            serial=("device.serial",),
            name=("device.name",),
            addresses=("device.address",),
        ),
        Shape(
            when={"device": IsThere()},
            device_id=("device.id",),
            serial=("device.serial",),
            name=("device.name",),
            addresses=("device.address",),
            sensor=Sensor(at=("at",), gone={"gone": Is(("true",))}),
        ),
    ),
)
"""Limen's own form, for whatever can send JSON. A level that it does not know is high."""

DEFENDER: Final = Mapper(
    lists=("value",),
    shapes=(
        Shape(
            when={"riskScore": IsThere(), "computerDnsName": IsThere()},
            ref=("id",),
            levels=(
                Rule(Level.HIGH, {"riskScore": Is(("high",))}),
                Rule(Level.MEDIUM, {"riskScore": Is(("medium",))}),
                Rule(Level.LOW, {"riskScore": Is(("low",))}),
                Rule(Level.NONE, {"riskScore": Is(("none", "informational"))}),
            ),
            title=("riskScore",),
            topic=Topic.HEALTH,
            at=("lastSeen",),
            name=("computerDnsName",),
            addresses=("lastIpAddress",),
            sensor=Sensor(
                at=("lastSeen",),
                gone={
                    "healthStatus": Is(("inactive", "nosensordata", "nosensordataimpairedcommunication", "unknown")),
                },
            ),
        ),
        Shape(
            when={"severity": IsThere(), "status": IsThere(), "machineId": IsThere()},
            ref=("id",),
            levels=(
                Rule(Level.NONE, {"status": Is(("resolved",))}),
                Rule(Level.NONE, {"classification": Is(("falsepositive", "informationalexpectedactivity"))}),
                Rule(Level.HIGH, {"severity": Is(("high",))}),
                Rule(Level.MEDIUM, {"severity": Is(("medium",))}),
                Rule(Level.LOW, {"severity": Is(("low", "informational"))}),
                Rule(Level.MEDIUM),
            ),
            title=("title", "threatName", "category"),
            topic=Topic.BEHAVIOUR,
            at=("lastUpdateTime", "lastEventTime", "alertCreationTime"),
            name=("computerDnsName",),
        ),
    ),
)
"""Microsoft Defender for Endpoint: the resources *alert* and *machine* of its API, one or `value` with several."""

CROWDSTRIKE: Final = Mapper(
    lists=("resources",),
    shapes=(
        Shape(
            when={"composite_id": IsThere(), "status": IsThere()},
            ref=("composite_id",),
            levels=(
                Rule(Level.NONE, {"status": Is(("closed",))}),
                Rule(Level.HIGH, {"severity": AtLeast(60)}),
                Rule(Level.MEDIUM, {"severity": AtLeast(40)}),
                Rule(Level.LOW, {"severity": AtLeast(0)}),
                Rule(Level.HIGH),
            ),
            title=("display_name", "name", "description"),
            topic=Topic.BEHAVIOUR,
            at=("updated_timestamp", "created_timestamp", "timestamp"),
            serial=("device.serial_number",),
            name=("device.hostname",),
            addresses=("device.local_ip", "device.external_ip"),
        ),
        Shape(
            when={"incident_id": IsThere(), "severity": IsThere()},
            ref=("incident_id",),
            levels=(
                Rule(Level.NONE, {"status": Is(("closed", "false_positive"))}),
                Rule(Level.MEDIUM, {"severity": Is(("medium",))}),
                Rule(Level.LOW, {"severity": Is(("low", "informational"))}),
                Rule(Level.HIGH),
            ),
            title=("title",),
            topic=Topic.BEHAVIOUR,
            at=("timestamp",),
            name=("host",),
        ),
        Shape(
            when={"device_id": IsThere(), "last_seen": IsThere()},
            serial=("serial_number",),
            name=("hostname",),
            addresses=("local_ip",),
            sensor=Sensor(at=("last_seen",), gone={"reduced_functionality_mode": Is(("yes",))}),
        ),
    ),
)
"""CrowdStrike Falcon: *alerts* (v2) and *devices* of its API (`resources`), and the webhook that a Fusion workflow
fills with `incident_id`, `title`, `status`, `severity`, `host` and `timestamp`.
"""

SENTINELONE: Final = Mapper(
    lists=("data",),
    shapes=(
        Shape(
            when={"threatInfo": IsThere()},
            ref=("threatInfo.threatId",),
            levels=(
                Rule(Level.NONE, {"threatInfo.incidentStatus": Is(("resolved",))}),
                Rule(Level.NONE, {"threatInfo.analystVerdict": Is(("false_positive",))}),
                Rule(Level.NONE, {"threatInfo.mitigationStatus": Is(("marked_as_benign",))}),
                Rule(Level.LOW, {"threatInfo.mitigationStatus": Is(("mitigated",))}),
                Rule(Level.MEDIUM, {"threatInfo.confidenceLevel": Is(("suspicious",))}),
                Rule(Level.HIGH),
            ),
            title=("threatInfo.threatName", "threatInfo.classification"),
            topic=Topic.MALWARE,
            at=("threatInfo.updatedAt", "threatInfo.createdAt"),
            name=("agentRealtimeInfo.agentComputerName",),
            addresses=("agentDetectionInfo.agentIpV4",),
        ),
        Shape(
            when={"computerName": IsThere(), "lastActiveDate": IsThere()},
            ref=("id",),
            levels=(Rule(Level.HIGH, {"infected": Is(("true",))}), Rule(Level.NONE, {"infected": Is(("false",))})),
            topic=Topic.MALWARE,
            at=("lastActiveDate",),
            serial=("serialNumber",),
            name=("computerName",),
            addresses=("lastIpToMgmt",),
            sensor=Sensor(at=("lastActiveDate",), gone={"isDecommissioned": Is(("true",))}),
        ),
    ),
)
"""SentinelOne: *threats* and *agents* of its API (2.1), one or `data` with several."""

WAZUH: Final = Mapper(
    by_line=True,
    shapes=(
        Shape(
            when={"rule.id": Is(("504", "506")), "agent.id": IsThere()},
            name=("agent.name",),
            addresses=("agent.ip",),
            sensor=Sensor(at=("timestamp",), gone={"rule.id": IsThere()}),
        ),
        Shape(
            when={"rule.level": IsThere(), "agent.id": IsThere()},
            ref=("rule.id",),
            levels=(
                Rule(Level.HIGH, {"rule.level": AtLeast(12)}),
                Rule(Level.MEDIUM, {"rule.level": AtLeast(7)}),
                Rule(Level.LOW, {"rule.level": AtLeast(5)}),
            ),
            title=("rule.description",),
            topic=Topic.BEHAVIOUR,
            at=("timestamp",),
            name=("agent.name",),
            addresses=("agent.ip",),
            sensor=Sensor(at=("timestamp",)),
        ),
    ),
)
"""Wazuh: a line of alerts.json, as its manager hands it to an integration. 504 and 506: the agent is gone."""

SURICATA: Final = Mapper(
    by_line=True,
    shapes=(
        Shape(
            when={"event_type": Is(("alert",)), "alert.signature_id": IsThere()},
            ref=("alert.signature_id",),
            levels=(
                Rule(Level.LOW, {"alert.severity": AtLeast(3)}),
                Rule(Level.MEDIUM, {"alert.severity": AtLeast(2)}),
                Rule(Level.HIGH),
            ),
            title=("alert.signature",),
            topic=Topic.NETWORK,
            at=("timestamp",),
            addresses=("src_ip", "dest_ip"),
        ),
    ),
)
"""Suricata: lines of eve.json. Its severity 1 is the worst. Who sent the packet is looked for before who got it."""

HUNTRESS: Final = Mapper(
    lists=("incident_reports", "agents"),
    shapes=(
        Shape(
            when={"severity": IsThere(), "status": IsThere()},
            ref=("id",),
            levels=(
                Rule(Level.NONE, {"status": _DONE}),
                Rule(Level.LOW, {"severity": Is(("low",))}),
                Rule(Level.HIGH),
            ),
            title=("subject", "summary"),
            topic=Topic.BEHAVIOUR,
            at=("updated_at", "sent_at"),
            serial=("agent.serial_number",),
            name=("agent.hostname", "hostname"),
            addresses=("agent.ipv4_address",),
        ),
        Shape(
            when={"hostname": IsThere(), "last_callback_at": IsThere()},
            serial=("serial_number",),
            name=("hostname",),
            addresses=("ipv4_address",),
            sensor=Sensor(at=("last_callback_at",)),
        ),
    ),
)
"""What a managed detection service such as Huntress reports: incidents with the agent they are about, and agents."""

MAPPERS: Final[Mapping[str, Mapper]] = {
    "webhook": WEBHOOK,
    "defender": DEFENDER,
    "crowdstrike": CROWDSTRIKE,
    "sentinelone": SENTINELONE,
    "wazuh": WAZUH,
    "suricata": SURICATA,
    "huntress": HUNTRESS,
}
"""By the `kind` of a source."""
KINDS: Final = tuple(MAPPERS)
