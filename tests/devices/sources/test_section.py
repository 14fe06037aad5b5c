"""`sources:` in `devices.yaml`."""

from __future__ import annotations

import pytest
from tests.devices.test_devices_file import read_text, the_rules

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.devices_file import changes
from limen.facts.device_rules import DeviceRules, DeviceSource, SourceKind

GUID = "11111111-2222-3333-4444-555555555555"
WRITTEN = f"""sources:
  intune: {{kind: intune, tenant: {GUID}, client: {GUID}, every: 1h, counts_for: 12h, manages: true}}
  fleet: {{kind: fleet, url: https://fleet.harbor.example/}}
  jamf: {{kind: jamf, url: https://harbor.jamfcloud.com, client: limen}}
  leases: {{kind: push}}
  osquery: {{kind: osquery}}
checks:
  disk_encryption: {{severity: block, decided_by: intune}}
"""


def test_sources_as_they_are_written() -> None:
    rules = the_rules(WRITTEN)
    assert rules.sources["intune"] == DeviceSource(
        SourceKind.INTUNE, tenant=GUID, client=GUID, every_ms=HOUR, counts_ms=12 * HOUR, manages=True
    )
    assert rules.sources["fleet"] == DeviceSource(SourceKind.FLEET, url="https://fleet.harbor.example")
    assert (rules.sources["jamf"].every_ms, rules.sources["leases"].counts_ms) == (15 * MINUTE, DAY)
    assert rules.requirements["disk_encryption"].decided_by == "intune"


@pytest.mark.parametrize(
    "body",
    [
        "{kind: sccm}",
        "{kind: fleet}",
        "{kind: fleet, url: 'http://fleet.harbor.example'}",
        "{kind: fleet, url: 'https://ida:pw@fleet.harbor.example'}",
        "{kind: fleet, url: 'https://169.254.169.254'}",
        "{kind: fleet, url: 'ftp://fleet.harbor.example'}",
        "{kind: fleet, url: 'https://fleet.harbor.example:99999'}",
        "{kind: fleet, url: https://fleet.harbor.example, every: 1m}",
        "{kind: push, url: https://fleet.harbor.example}",
        f"{{kind: intune, tenant: common, client: {GUID}}}",
        f"{{kind: intune, client: {GUID}}}",
        "{kind: osquery, manages: true}",
        "{kind: push, token: s3cret}",
    ],
)
def test_what_is_wrong_is_told_with_its_line(body: str) -> None:
    rules, problems = read_text(f"sources:\n  one: {body}\n")
    assert rules is None
    assert {problem.line for problem in problems} == {2}


@pytest.mark.parametrize(
    "text",
    [
        "sources: [intune]\n",
        "sources:\n  Intune!: {kind: push}\n",
        "sources:\n" + "".join(f"  s{n}: {{kind: push}}\n" for n in range(21)),
        "checks:\n  os: {severity: warn, decided_by: fleet}\n",
        "sources:\n  osquery: {kind: osquery}\nchecks:\n  os: {severity: warn, decided_by: osquery}\n",
    ],
)
def test_names_and_who_may_decide(text: str) -> None:
    assert read_text(text)[0] is None


def test_what_changes_is_told() -> None:
    before = the_rules(WRITTEN)
    told = list(changes(before, the_rules(WRITTEN.replace("manages: true", "manages: false"))))
    assert len(told) == 1
    assert "intune" in told[0]
    assert len(list(changes(before, DeviceRules()))) == 6
    assert any("company's" in line for line in changes(None, before))
