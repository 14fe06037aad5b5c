"""Sources put together: what is told to the process, what is written down, and what is forgotten."""

from __future__ import annotations

from tests.monitor.houses import harbor, send, sources_of, stored, watch_of
from tests.waiting import until
from tests.web.conftest import House

from limen.clock import HOUR
from limen.monitor.link import SourceFigures
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.sources.listing import State

__all__ = ["harbor"]


async def test_the_process_is_told_who_may_send(harbor: House) -> None:
    sources = sources_of(harbor)
    bundle = await sources.add_certificate("servers", "wren", by="server")
    watched = {one.name: one for one in sources.watched().sources}
    assert [*watched] == ["app", "imported", "office", "servers", "firewall"]
    assert len(watched["servers"].senders) == 1
    assert watched["app"].heartbeat_ms == HOUR // 4
    assert bundle.certificate


async def test_states_say_what_is_missing(harbor: House) -> None:
    states = {one.name: one.state for one in await sources_of(harbor).all()}
    assert states == {
        "app": State.NO_SENDER,
        "imported": State.NO_SENDER,
        "office": State.NO_SENDER,
        "servers": State.NO_SENDER,
        "firewall": State.WAITING,
    }
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    await send(harbor, token, b'{"a": 1}')
    supervision = watch_of(harbor).supervision
    await until(lambda: supervision.health and supervision.health.sources)
    (app,) = [one for one in await sources_of(harbor).all() if one.name == "app"]
    assert app.state is State.HEARD
    harbor.clock.forward(HOUR)
    (app,) = [one for one in await sources_of(harbor).all() if one.name == "app"]
    assert app.state is State.SILENT


async def test_what_came_is_added_up_over_the_lives_of_the_process(harbor: House) -> None:
    sources, supervision = sources_of(harbor), watch_of(harbor).supervision
    token = await sources.add_token("app", "wren", by="server")
    for life in (1, 2):
        await send(harbor, token, b'{"id": "%d"}' % life)
        await until(lambda: supervision.health and any(one.events for one in supervision.health.sources))
        await sources.write()
        before = supervision.pid
        supervision._process.kill()  # type: ignore[union-attr]
        await until(lambda before=before: supervision.pid not in {0, before} and sources.is_taking)
    (app,) = [one for one in await sources.all() if one.name == "app"]
    assert (app.totals.events, len(stored(harbor))) == (2, 2)


async def test_with_a_source_go_its_senders(harbor: House) -> None:
    sources = sources_of(harbor)
    token = await sources.add_token("app", "wren", by="server")
    rules = sources.rules
    left = {name: one for name, one in rules.sources.items() if name != "app"}
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(sources=left))
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 403
    await sources.forget()
    harbor.limen.known.set_rules(MonitorRules, rules)
    assert (await send(harbor, token, b'{"a": 1}')).status_code == 403
    assert SourceFigures(name="app").events == 0


async def test_when_watching_ends_so_does_the_process(harbor: House) -> None:
    supervision = watch_of(harbor).supervision
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(watch=False))
    await until(lambda: not supervision.is_running)
    assert supervision.pid == 0
    harbor.limen.known.set_rules(MonitorRules, MonitorRules())
    await until(lambda: supervision.is_running)
