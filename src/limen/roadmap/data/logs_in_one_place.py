"""P5: whatever exists tells Limen what happens there, all four families are heard, and logs last 90 days.

What exists is more than what monitor.yaml names: firewalls of network.yaml, servers that enrolled for SSH, and whoever
else signs people in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, MINUTE, Instant, Milliseconds
from limen.monitor.monitor_rules import Way
from limen.monitor.sources.listing import Listed, State
from limen.roadmap.data.evidence import WatchEvidence
from limen.roadmap.data.families import Family, families_of
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.providers import declared_providers, name_of, tells_of_sign_ins
from limen.roadmap.model import Control, Part, Phase, Row

HEARTBEAT: Final[Milliseconds] = 15 * MINUTE
KEPT: Final[Milliseconds] = 90 * DAY
NOT_WATCHED: Final = "Limen does not watch: say `watch: true` in monitor.yaml."
NOT_RUNNING: Final = "The process that watches does not run: `limen doctor` says why."
_PAGE: Final = "/console/sources"


def measure(evidence: Evidence) -> Iterator[Part]:
    watch = evidence.data.watch
    missing = unwatched(evidence)
    yield Part(
        "sources of logs, firewalls, servers and sign-in services that were heard within 15 minutes",
        () if watch is None else tuple(_sources(evidence, watch)),
        missing=missing,
    )
    yield Part(
        "families of sources that are heard",
        () if watch is None else tuple(_families(evidence, watch)),
        missing=missing,
    )
    yield Part("logs that reach back 90 days", () if watch is None else tuple(_kept(evidence, watch)), missing=missing)


def unwatched(evidence: Evidence) -> str:
    """Why nothing is known of what happens; "" where it is watched."""
    watch = evidence.data.watch
    return NOT_WATCHED if watch is None else "" if watch.is_running else NOT_RUNNING


# What is heard


def _sources(evidence: Evidence, watch: WatchEvidence) -> Iterator[Row]:
    for one in watch.sources:
        yield _row(f"source:{one.name}", one.name, _why_unheard(one, evidence.at), f"{_PAGE}/{one.name}")
    for state in evidence.network.firewalls:
        is_heard = state.heard_at > evidence.at - HEARTBEAT
        why = "" if is_heard else "the firewall does not tell Limen what happens"
        yield _row(f"firewall:{state.firewall.name}", state.firewall.name, why, "/console/network")
    senders = {one.name.casefold(): one.heard_at for each in watch.sources for one in each.senders}
    for server, name in sorted((evidence.devices.servers or {}).items()):
        is_heard = senders.get(name.casefold(), 0) > evidence.at - HEARTBEAT
        why = "" if is_heard else "no sender of logs of its name is heard"
        yield _row(f"server:{server}", name, why, _PAGE)
    for provider in declared_providers(evidence.company):
        why = "" if _is_told_of(watch, provider, evidence.at) else "no source tells of the sign-ins there"
        yield _row(f"provider:{provider}", name_of(provider), why, _PAGE)


def _row(row_id: str, name: str, why: str, page: str) -> Row:
    return Row(row_id, name, not why, why, page)


def _why_unheard(one: Listed, now: Instant) -> str:
    """Of a service that is asked, an answer is a heartbeat, whether it had anything new or not."""
    if one.state not in {State.HEARD, State.WAITING, State.SILENT}:
        return _SAID[one.state]
    is_asked = one.source.way is Way.ASKED and one.asked is not None
    at = one.asked.done_at if is_asked and one.asked is not None else one.totals.heard_at
    return "" if at > now - HEARTBEAT else "it was never heard" if not at else "it was not heard for 15 minutes"


_SAID: Final = {
    State.NO_SENDER: "nobody can send for it yet",
    State.NO_SECRET: "Limen has no secret to ask it with",
    State.FAILING: "it could not be asked the last time",
}


def _is_told_of(watch: WatchEvidence, provider: str, now: Instant) -> bool:
    return any(tells_of_sign_ins(one.source, provider) and not _why_unheard(one, now) for one in watch.sources)


def _families(evidence: Evidence, watch: WatchEvidence) -> Iterator[Row]:
    """Limen's own sign-ins are looked at as long as it watches."""
    heard = {one for each in watch.sources if not _why_unheard(each, evidence.at) for one in families_of(each.source)}
    heard.add(Family.IDENTITY)
    if any(one.heard_at > evidence.at - HEARTBEAT for one in evidence.network.firewalls):
        heard.add(Family.NETWORK)
    for family in Family:
        yield _row(f"family:{family}", family.value, "" if family in heard else "none of its sources is heard", _PAGE)


# How long it lasts


def _kept(evidence: Evidence, watch: WatchEvidence) -> Iterator[Row]:
    reaches = evidence.at - KEPT + DAY
    why = (
        f"it is kept for {watch.journal_days} days"
        if watch.journal_days * DAY < KEPT
        else ""
        if evidence.recorded_since <= reaches
        else "it does not reach back 90 days yet"
    )
    yield _row("journal", "the journal", why, "/console/settings")
    for one in watch.sources:
        oldest = watch.oldest.get(one.name, evidence.at)
        why = (
            f"it is kept for {one.source.keep_ms // DAY} days"
            if one.source.keep_ms < KEPT
            else ""
            if oldest <= reaches
            else "it does not reach back 90 days yet"
        )
        yield _row(f"kept:{one.name}", one.name, why, f"{_PAGE}/{one.name}")


CONTROL: Final = Control(
    id="P5",
    phase=Phase.DATA,
    title="Logs in one place",
    demands="Whatever exists tells in one place what happens there, and that is kept for 90 days.",
    figure="sources that exist and were heard within 15 minutes; families heard of identity, endpoints, network and"
    " cloud; logs that reach back 90 days",
    closes="It is all of them.",
    why="After an attack the one log that nobody collected is the one that is missed.",
    how="Name each source in monitor.yaml, let its senders in, and keep what it says for 90 days.",
    page=_PAGE,
    minutes=180,
    weight=4,
    measure=measure,
)
