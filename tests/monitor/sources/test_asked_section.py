"""`service:` of a source: what is taken, each mistake with its line, and no address that leads elsewhere."""

from __future__ import annotations

import pytest
from tests.monitor.test_monitor_file import read_text, the_rules

from limen.clock import HOUR, MINUTE
from limen.monitor.monitor_file import changes
from limen.monitor.monitor_rules import Service, Way
from limen.monitor.sources.asked_section import READS

TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
M365 = f"{{kind: m365, comes: asked, service: {{tenant: {TENANT}, client: {CLIENT}%s}}}}"


def test_services_as_they_are_written() -> None:
    rules = the_rules(f"""sources:
  microsoft: {M365 % ", reads: [directory, alerts], every: 2m"}
  google: {{kind: google_workspace, comes: asked, service: {{admin: audit@harbor.example}}}}
  okta: {{kind: okta, comes: asked, heartbeat: 1h, service: {{url: "https://harbor.okta.com/", client: 0oacl0udlog}}}}
  aws:
    kind: aws
    comes: asked
    service: {{client: AKIAIOSFODNN7EXAMPLE, bucket: harbor-trail, region: eu-central-1, prefix: logs/}}
  github: {{kind: github, comes: asked, service: {{organization: harbor}}}}
""")
    found = {name: one.service for name, one in rules.sources.items()}
    assert found == {
        "microsoft": Service(tenant=TENANT, client=CLIENT, reads=("directory", "alerts"), every_ms=2 * MINUTE),
        "google": Service(admin="audit@harbor.example", reads=READS["google_workspace"]),
        "okta": Service(url="https://harbor.okta.com", client="0oacl0udlog"),
        "aws": Service(client="AKIAIOSFODNN7EXAMPLE", bucket="harbor-trail", region="eu-central-1", prefix="logs/"),
        "github": Service(organization="harbor"),
    }
    assert {one.way for one in rules.sources.values()} == {Way.ASKED}
    assert rules.sources["okta"].heartbeat_ms == HOUR
    assert all(one.is_proven for one in rules.sources.values())
    assert [line for line in changes(None, rules) if "asked" in line] != []


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: m365, comes: asked}",
        f"{{kind: m365, comes: http, service: {{tenant: {TENANT}, client: {CLIENT}}}}}",
        "{kind: syslog, comes: asked, service: {url: 'https://harbor.okta.com'}}",
        f"{{kind: m365, comes: asked, service: {{tenant: {TENANT}}}}}",
        f"{{kind: m365, comes: asked, service: {{tenant: ../evil, client: {CLIENT}}}}}",
        M365 % ", url: 'https://harbor.okta.com'",
        M365 % ", reads: [nothing]",
        M365 % ", reads: []",
        M365 % ", every: 10s",
        M365 % ", every: 30d",
        M365 % ", secret: x",
        "{kind: github, comes: asked, service: {organization: a/b}}",
        "{kind: github, comes: asked, service: {organization: harbor, reads: [audit_log]}}",
        "{kind: okta, comes: asked, service: {url: 'http://harbor.okta.com'}}",
        "{kind: okta, comes: asked, service: {url: 'https://169.254.169.254'}}",
        "{kind: okta, comes: asked, service: {url: 'https://ida:x@harbor.okta.com'}}",
        "{kind: aws, comes: asked, service: {client: AKIAIOSFODNN7EXAMPLE, bucket: evil.example/, region: eu-west-1}}",
        "{kind: aws, comes: asked, service: {client: AKIAIOSFODNN7EXAMPLE, bucket: trail, region: 'evil.example/#'}}",
        "{kind: google_workspace, comes: asked, service: {admin: nobody}}",
    ],
)
def test_a_mistake_is_told_with_its_line(wrong: str) -> None:
    rules, problems = read_text(f"sources:\n  good: {{kind: json, comes: http}}\n  bad: {wrong}\n")
    assert (rules, {problem.line for problem in problems}) == (None, {3})
