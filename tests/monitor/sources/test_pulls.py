"""Asking services for their logs, with emulators of the vendors' published contracts, into the real store."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from aiohttp import web
from tests.emulators import s3
from tests.emulators.activity_feed import activity_feed, mailbox_rule
from tests.emulators.github_audit import audit, github
from tests.emulators.graph_logs import ALERTS, AUDITS, CLIENT, SIGN_INS, TENANT, graph_logs, sign_in
from tests.emulators.okta import Okta, log_event, okta
from tests.emulators.workspace import ADMIN, activity, key_file, workspace
from tests.monitor.houses import ada, harbor, stored
from tests.monitor.sources.asked import ago, answered_by, asked_source, pulls_of, put_rules, turn, with_secret
from tests.web.conftest import Browser, House

from limen.connectors.aws.cloudtrail import host
from limen.connectors.github.audit_log import API as GITHUB
from limen.connectors.google.activities import API as GOOGLE
from limen.connectors.google.sign_in import SIGN_IN as GOOGLE_SIGN_IN
from limen.connectors.microsoft.activity_feed import CONTENT, MANAGE
from limen.connectors.microsoft.sign_in import GRAPH, SIGN_IN
from limen.errors import LimenError
from limen.monitor.monitor_rules import LogSource, Service, Way
from limen.monitor.normal_form.frame import Frame
from limen.monitor.sources import pulls_store
from limen.monitor.sources.pulls import keep_secret
from limen.monitor.supervision import Supervision
from limen.pillar import NotTakenError

__all__ = ["ada", "harbor"]


def of_okta(vendor: Okta) -> LogSource:
    return asked_source("okta", Service(url=vendor.origin))


def uids(house: House) -> list[str]:
    return [str(one["uid"]) for one in stored(house) if one["source"] != "limen"]


async def test_okta_reaches_the_store_and_goes_on(harbor: House) -> None:
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source)
        with_secret(harbor, "okta", source)
        vendor.add("logs", *(log_event(n, ago(harbor, 9 - n)) for n in range(5)))
        state = await turn(harbor, "okta")
        assert (state.error, state.progress, state.busy_until, state.done_at > 0) == ("", 5, 0, True)
        assert len(uids(harbor)) == 5
        assert {one["mapper"].partition("/")[0] for one in stored(harbor) if one["source"] == "okta"} == {"okta"}
        vendor.add("logs", log_event(7, ago(harbor, 0)))
        assert (await turn(harbor, "okta")).progress == 1
        asked = len(vendor.asked)
        await pulls_of(harbor).ask_due()
        assert len(vendor.asked) == asked  # it is not its turn
        await pulls_of(harbor).ask_soon("okta")
        await pulls_of(harbor).ask_due()
        assert len(vendor.asked) > asked


async def test_microsoft_365_is_read_log_by_log(harbor: House) -> None:
    service = Service(tenant=TENANT, client=CLIENT, reads=("sign_ins", "directory", "alerts", "unified_audit"))
    source = asked_source("m365", service)
    async with graph_logs() as graph, activity_feed() as feed:
        await put_rules(harbor, microsoft=source)
        with_secret(harbor, "microsoft", source)
        answered_by(harbor, {SIGN_IN: graph.origin, GRAPH: graph.origin, MANAGE: feed.origin})
        graph.add(SIGN_INS, *(sign_in(n, ago(harbor, 9)) for n in range(3)))
        graph.add(AUDITS, {**sign_in(10, ""), "activityDateTime": ago(harbor, 8)})
        graph.add(ALERTS, {**sign_in(20, ""), "lastUpdateDateTime": ago(harbor, 8)})
        feed.publish("Audit.Exchange", "one", ago(harbor, 7), mailbox_rule(1), mailbox_rule(2))
        feed.sign_in = graph
        state = await turn(harbor, "microsoft")
        assert (state.error, state.progress) == ("", 7)
        assert len(uids(harbor)) == len(set(uids(harbor))) == 7
        assert sorted(feed.started) == sorted(CONTENT)
        feed.publish("Audit.SharePoint", "two", ago(harbor, 1), mailbox_rule(3))
        assert (await turn(harbor, "microsoft")).progress == 1


async def test_of_what_may_not_be_read_the_permission_is_named_and_the_rest_is_read(harbor: House) -> None:
    source = asked_source("m365", Service(tenant=TENANT, client=CLIENT, reads=("sign_ins", "directory")))
    async with graph_logs() as graph:
        await put_rules(harbor, microsoft=source)
        with_secret(harbor, "microsoft", source)
        answered_by(harbor, {SIGN_IN: graph.origin, GRAPH: graph.origin})
        graph.add(AUDITS, {**sign_in(10, ""), "activityDateTime": ago(harbor, 4)})
        premium = web.json_response({"error": {"code": "Authentication_RequestFromNonPremiumTenant"}}, status=403)
        graph.refusals, graph.tokens = [web.json_response({"access_token": "token-1"}), premium], 1
        state = await turn(harbor, "microsoft")
        assert state.error.startswith("sign_ins: ")
        assert "Entra ID P1" in state.error
        assert state.progress == 1


async def test_google_workspace_github_and_aws_reach_the_store(harbor: House) -> None:
    google = asked_source("google_workspace", Service(admin=ADMIN, reads=("login", "drive")))
    git = asked_source("github", Service(organization="harbor"))
    aws = asked_source("aws", Service(client=s3.ACCESS_KEY, bucket=s3.BUCKET, region=s3.REGION))
    async with workspace() as of_google, github() as of_github:
        with s3.trail() as trail:
            await put_rules(harbor, google=google, git=git, aws=aws)
            for name, source, secret in (
                ("google", google, key_file()),
                ("git", git, "s3cret"),
                ("aws", aws, s3.SECRET),
            ):
                with_secret(harbor, name, source, secret)
            answered_by(
                harbor,
                {
                    GOOGLE_SIGN_IN: of_google.origin,
                    GOOGLE: of_google.origin,
                    GITHUB: of_github.origin,
                    host(s3.BUCKET, s3.REGION): trail.origin,
                },
            )
            of_google.add("login", *(activity(n, ago(harbor, 4)) for n in range(3)))
            of_google.add("drive", activity(9, ago(harbor, 4), "drive"))
            of_github.add("harbor", *(audit(n, ago(harbor, 4)) for n in range(3)))
            at = ago(harbor, 4)
            trail.put(at[:10].replace("-", "/"), at[11:16].replace(":", ""), "a", s3.record(1, at), s3.record(2, at))
            states = [await turn(harbor, name, 5 if name == "google" else 0) for name in ("google", "git", "aws")]
    assert [(one.error, one.progress) for one in states] == [("", 4), ("", 3), ("", 2)]
    mappers = sorted(one["mapper"].partition("/")[0] for one in stored(harbor))
    assert [one for one in mappers if one != "limen"] == ["aws"] * 2 + ["github"] * 3 + ["google_workspace"] * 4


async def test_what_is_asked_for_twice_comes_once_and_after_a_restart_with_the_same_uids(harbor: House) -> None:
    git = asked_source("github", Service(organization="harbor"))
    async with github() as vendor:
        await put_rules(harbor, git=git)
        with_secret(harbor, "git", git)
        answered_by(harbor, {GITHUB: vendor.origin})
        vendor.add("harbor", *(audit(n, ago(harbor, 1)) for n in range(3)))
        assert (await turn(harbor, "git", 1)).progress == 3
        assert (await turn(harbor, "git")).progress == 0
        pulls_of(harbor)._had.clear()
        assert (await turn(harbor, "git")).progress == 3
        found = uids(harbor)
        assert (len(found), len(set(found))) == (6, 3)


async def test_what_could_not_be_kept_comes_again(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source)
        with_secret(harbor, "okta", source)
        vendor.add("logs", *(log_event(n, ago(harbor, 9 - n)) for n in range(5)))
        real, given = Supervision.deliver, 0

        async def full(self: Supervision, frames: Sequence[Frame]) -> None:
            nonlocal given
            given += 1
            if given > 1:
                raise NotTakenError("disk-full", "")
            await real(self, frames)

        monkeypatch.setattr(Supervision, "deliver", full)
        state = await turn(harbor, "okta")
        assert "disk-full" in state.error
        assert len(uids(harbor)) == 2
        monkeypatch.undo()
        assert (await turn(harbor, "okta")).error == ""
        assert (len(uids(harbor)), len(set(uids(harbor)))) == (5, 5)


async def test_what_goes_wrong_is_kept_told_once_and_asked_less_often(harbor: House) -> None:
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source)
        assert "source secret" in (await turn(harbor, "okta")).error
        assert vendor.asked == []
        with_secret(harbor, "okta", source, "wrong")
        assert "secret" in (await turn(harbor, "okta", 0)).error
        assert (await turn(harbor, "okta")).failures == 2
        asked = len(vendor.asked)
        await turn(harbor, "okta")
        assert len(vendor.asked) == asked  # after two failures not yet
        await turn(harbor, "okta")
        assert len(vendor.asked) > asked
        with_secret(harbor, "okta", source)
        assert (await turn(harbor, "okta", 0)).error == ""
        vendor.refusals = [web.Response(status=500)]
        assert (await turn(harbor, "okta")).failures == 1
        assert (await turn(harbor, "okta")).failures == 0
        await harbor.limen.core.journal.settled()
        assert (len(harbor.events("logs.service_failed")), len(harbor.events("logs.service_back"))) == (3, 1)


async def test_a_secret_and_a_place_belong_to_an_address(harbor: House) -> None:
    async with okta() as real, okta() as evil:
        await put_rules(harbor, okta=of_okta(real))
        with_secret(harbor, "okta", of_okta(real))
        await turn(harbor, "okta")
        await put_rules(harbor, okta=of_okta(evil))
        assert "source secret" in (await turn(harbor, "okta")).error
        assert evil.asked == []
        with_secret(harbor, "okta", of_okta(evil))
        evil.add("logs", log_event(1, ago(harbor, 60)))
        state = await turn(harbor, "okta")
        assert (state.error, state.progress) == ("", 1)  # from a day ago, and not from where it was elsewhere
        assert "since=" in evil.asked[0]


async def test_a_turn_is_bounded_and_what_is_left_comes_with_the_next(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.monitor.sources.pulls.MOST_PAGES", 2)
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source)
        with_secret(harbor, "okta", source)
        vendor.add("logs", *(log_event(n, ago(harbor, 9 - n)) for n in range(7)))
        assert [(await turn(harbor, "okta")).progress for _ in range(3)] == [4, 3, 0]
        monkeypatch.setattr("limen.monitor.sources.pulls.TURN_SECONDS", 0.0)
        assert "longer" in (await turn(harbor, "okta")).error


async def test_services_that_are_asked_no_more_are_forgotten(harbor: House) -> None:
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source, app=LogSource("json", Way.HTTP))
        with_secret(harbor, "okta", source)
        await turn(harbor, "okta")
        await pulls_of(harbor).forget()
        assert harbor.limen.database.read(lambda s: pulls_store.sources(s.connection)) == {"okta"}
        await put_rules(harbor, app=LogSource("json", Way.HTTP))
        await pulls_of(harbor).forget()
        assert harbor.limen.database.read(lambda s: pulls_store.sources(s.connection)) == set()
        with pytest.raises(LimenError):
            await pulls_of(harbor).ask_soon("okta")
        core, app = harbor.limen.core, LogSource("json", Way.HTTP)
        with pytest.raises(LimenError):
            harbor.limen.database.write(lambda t: keep_secret(t, core.keyring, "app", app, "x", 0, by="server"))


async def test_the_page_says_how_it_goes_and_what_to_do(harbor: House, ada: Browser) -> None:
    async with okta() as vendor:
        source = of_okta(vendor)
        await put_rules(harbor, okta=source)
        page = await ada.get("/console/sources/okta")
        assert "secret okta" in page.text
        assert "No secret yet" in (await ada.get("/console/sources")).text
        with_secret(harbor, "okta", source, "wrong")
        await turn(harbor, "okta")
        assert "system_log" in (await ada.get("/console/sources/okta")).text
        with_secret(harbor, "okta", source)
        await turn(harbor, "okta")
        await ada.get("/console/sources/okta")
        asked = len(vendor.asked)
        assert (await ada.post("/console/sources/okta/ask")).status_code == 303
        await turn(harbor, "okta", 0)
        assert len(vendor.asked) > asked
        assert (await ada.post("/console/sources/nothing/ask")).status_code == 404
