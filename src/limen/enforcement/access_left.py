"""What is left of somebody's access at the entry points: open streams, SSH, and sessions of VPNs and Wi-Fi."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from limen.pillar import AccessSurface, Standing

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.enforcement.radius.sessions import RadiusSessions
    from limen.enforcement.ssh.door import SshDoor
    from limen.enforcement.streams import Streams


def open_streams(several: Callable[[], Iterable[Streams]]) -> AccessSurface:
    """WebSockets, long downloads, and what other parts keep open by a decision."""

    async def ask(person_id: str, since: Instant) -> Standing:
        each = list(several())
        mine = sum(stream.answer.is_of(person_id) for streams in each for stream in streams.open())
        return Standing(open=mine, ended=sum(streams.cut_of(person_id, since) for streams in each))

    return AccessSurface("open_streams", "Open connections of apps", ask)


def ssh_sessions(door: SshDoor) -> AccessSurface:
    """Certificates, and what was begun with them: each host says which revocations it has, and what is open there."""

    async def ask(person_id: str, _since: Instant) -> Standing:
        live = sum(one.person_id == person_id for one in door.live())
        ended = door.followers.ended_of(person_id)
        silent = {name for one in ended for name in door.followers.not_confirmed_by(one)}
        return Standing(open=live, away=tuple(sorted(silent)), ended=len(ended))

    return AccessSurface("ssh_on_hosts", "SSH certificates and sessions on hosts", ask)


def network_sessions(sessions: RadiusSessions) -> AccessSurface:
    """VPN, Wi-Fi and gear: each NAS has answered that the session is over, or the OpenVPN server has said so."""

    async def ask(person_id: str, _since: Instant) -> Standing:
        live = sum(one.person_id == person_id for one in sessions.open())
        ending = [one for one in sessions.ending() if one.person_id == person_id]
        return Standing(open=live, away=tuple(sorted({one.nas or one.client for one in ending})))

    return AccessSurface("network_sessions", "Sessions of VPN, Wi-Fi and network gear", ask)
