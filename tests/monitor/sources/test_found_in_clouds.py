"""What happens in a cloud, from the vendor's own record to an alert, through the real process that watches."""

from __future__ import annotations

from tests.emulators import s3
from tests.emulators.activity_feed import activity_feed, mailbox_rule
from tests.emulators.github_audit import audit, github
from tests.emulators.graph_logs import CLIENT, TENANT, graph_logs
from tests.emulators.okta import log_event, okta
from tests.emulators.workspace import ADMIN, activity, key_file, workspace
from tests.monitor.houses import harbor
from tests.monitor.sources.asked import ago, answered_by, asked_source, put_rules, turn, with_secret
from tests.waiting import until
from tests.web.conftest import House

from limen.connectors.aws.cloudtrail import host
from limen.connectors.github.audit_log import API as GITHUB
from limen.connectors.google.activities import API as GOOGLE
from limen.connectors.google.sign_in import SIGN_IN as GOOGLE_SIGN_IN
from limen.connectors.microsoft.activity_feed import MANAGE
from limen.connectors.microsoft.sign_in import SIGN_IN
from limen.monitor.alerts import store
from limen.monitor.monitor_rules import LogSource, Service

__all__ = ["harbor"]

MAIL_FORWARDED = "84f34043-237e-5c04-89b0-95d1cfce753f"
GOOGLE_MAIL_FORWARDED = "ae9bf3da-f904-5165-92cc-e6e65289c042"
REPORTED = "69f83220-812d-5b93-91d4-4c5e2024f7ed"
TRAIL_OFF = "98e9dbe3-073c-5b43-97f5-822d7926e63a"
NEW_OWNER = "902921f6-cbfa-5c84-bbe1-845ad4b00e06"


async def found_by(house: House, source: LogSource, secret: str = "s3cret") -> set[str]:
    """Which rules made an alert of what a turn brought."""
    await put_rules(house, cloud=source)
    with_secret(house, "cloud", source, secret)
    state = await turn(house, "cloud")
    assert (state.error, state.progress) == ("", 1)

    def rules() -> set[str]:
        return {one.rule for one in house.limen.database.read(lambda s: store.recent_alerts(s.connection, 100))}

    await until(rules)
    return rules()


async def test_mails_that_are_forwarded_out_of_exchange(harbor: House) -> None:
    source = asked_source("m365", Service(tenant=TENANT, client=CLIENT, reads=("unified_audit",)))
    async with graph_logs() as graph, activity_feed() as feed:
        answered_by(harbor, {SIGN_IN: graph.origin, MANAGE: feed.origin})
        feed.sign_in = graph
        feed.publish("Audit.Exchange", "one", ago(harbor, 2), mailbox_rule(1, ago(harbor, 6)[:19]))
        assert MAIL_FORWARDED in await found_by(harbor, source)


async def test_mails_that_are_forwarded_out_of_google(harbor: House) -> None:
    source = asked_source("google_workspace", Service(admin=ADMIN, reads=("user_accounts",)))
    async with workspace() as vendor:
        answered_by(harbor, {GOOGLE_SIGN_IN: vendor.origin, GOOGLE: vendor.origin})
        told = [{"type": "email_forwarding_change", "name": "email_forwarding_out_of_domain", "parameters": []}]
        vendor.add("user_accounts", activity(1, ago(harbor, 2), "user_accounts", events=told))
        assert GOOGLE_MAIL_FORWARDED in await found_by(harbor, source, key_file())


async def test_what_somebody_reports_to_okta(harbor: House) -> None:
    async with okta() as vendor:
        answered_by(harbor, {})
        vendor.add("logs", log_event(1, ago(harbor, 2), eventType="user.account.report_suspicious_activity_by_enduser"))
        assert REPORTED in await found_by(harbor, asked_source("okta", Service(url=vendor.origin)))


async def test_a_trail_of_aws_that_is_stopped(harbor: House) -> None:
    source = asked_source("aws", Service(client=s3.ACCESS_KEY, bucket=s3.BUCKET, region=s3.REGION))
    with s3.trail() as trail:
        answered_by(harbor, {host(s3.BUCKET, s3.REGION): trail.origin})
        at = ago(harbor, 2)
        told = s3.record(1, at, eventSource="cloudtrail.amazonaws.com", eventName="StopLogging")
        trail.put(at[:10].replace("-", "/"), at[11:16].replace(":", ""), "a", told)
        assert TRAIL_OFF in await found_by(harbor, source, s3.SECRET)


async def test_a_new_owner_on_github(harbor: House) -> None:
    async with github() as vendor:
        answered_by(harbor, {GITHUB: vendor.origin})
        vendor.add("harbor", audit(1, ago(harbor, 2), action="org.update_member", permission="admin"))
        assert NEW_OWNER in await found_by(harbor, asked_source("github", Service(organization="harbor")))
