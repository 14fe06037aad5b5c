"""Whose device this is and where it reports, as Limen said at enrolment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from limen_agent.errors import AgentError
from limen_agent.state.folder import StateFolder

NAME: Final = "enrolment.json"
LEAST_S, MOST_S = 30, 3600
"""Bounds of `report_every_s`, whatever Limen says."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`key_storage` is what Limen believes, `key_kind` where the key is; `origins` may ask for a proof of presence."""

    address: str
    device: str
    owner: str
    company: str
    key_kind: str
    key_storage: str
    report_every_s: int
    origins: tuple[str, ...]
    agent_ports: tuple[int, ...]
    ca_file: str = ""

    def write(self, folder: StateFolder) -> None:
        folder.write_json(NAME, asdict(self))


def read_enrolment(folder: StateFolder) -> Enrolment:
    """Raises AgentError where this device is not enrolled, or the file is damaged."""
    if not folder.has(NAME):
        raise AgentError("this device is not enrolled", "run: limen-agent enrol ADDRESS")
    found = folder.read_json(NAME)
    try:
        enrolment = Enrolment(
            **{
                name: _text(found, name)
                for name in ("address", "device", "owner", "company", "key_kind", "key_storage")
            },
            report_every_s=int(found["report_every_s"]),
            origins=tuple(str(one) for one in found["origins"]),
            agent_ports=tuple(int(one) for one in found["agent_ports"]),
            ca_file=str(found.get("ca_file", "")),
        )
    except (KeyError, TypeError, ValueError):
        raise folder.damaged(NAME) from None
    return enrolment


def _text(found: dict[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
