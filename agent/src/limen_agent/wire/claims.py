"""What each message says, as values: nothing here signs, sends or looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from limen_agent import __version__
from limen_agent.collectors.check import Check


def enrol(
    *,
    aud: str,
    iat: int,
    token: str,
    name: str,
    platform: str,
    key_storage: str,
    hardware: Mapping[str, str],
    tpm: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The first message of an enrolment; without a token a person has to confirm."""
    said: dict[str, Any] = {"aud": aud, "iat": iat}
    if token:
        said["token"] = token
    said |= {"name": name, "platform": platform, "key_storage": key_storage, "agent": __version__}
    if hardware:
        said["hardware"] = dict(hardware)
    if tpm is not None:
        said["tpm"] = dict(tpm)
    return said


def finish(*, aud: str, iat: int, nonce: str, enrolment: str, activated: str = "") -> dict[str, Any]:
    said = {"aud": aud, "iat": iat, "nonce": nonce, "enrolment": enrolment}
    return said | ({"activated": activated} if activated else {})


def report(
    *,
    aud: str,
    iat: int,
    nonce: str,
    seq: int,
    prev: str,
    boot: str,
    why: str,
    name: str,
    platform: str,
    checks: Iterable[Check],
) -> dict[str, Any]:
    return {
        "aud": aud,
        "iat": iat,
        "nonce": nonce,
        "seq": seq,
        "prev": prev,
        "boot": boot,
        "agent": __version__,
        "why": why,
        "name": name,
        "platform": platform,
        "checks": [check.said() for check in checks],
    }


def stream(*, aud: str, iat: int, nonce: str) -> dict[str, Any]:
    return {"aud": aud, "iat": iat, "nonce": nonce}


def certificate(*, aud: str, iat: int, nonce: str, key: Mapping[str, str]) -> dict[str, Any]:
    return {"aud": aud, "iat": iat, "nonce": nonce, "key": dict(key)}


def logs(*, aud: str, iat: int, nonce: str, source: str, lines: Iterable[str], journal: bool) -> dict[str, Any]:
    part: dict[str, Any] = {"source": source, "lines": list(lines)}
    return {"aud": aud, "iat": iat, "nonce": nonce, "logs": [part | ({"journal": True} if journal else {})]}


def tunnel(*, aud: str, iat: int, nonce: str, app: str, key: str, leave: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"aud": aud, "iat": iat, "nonce": nonce, "app": app, "key": key}
    return said | ({"leave": True} if leave else {})


def proof(*, aud: str, iat: int, challenge: str, session: str, origin: str, seq: int, report: str) -> dict[str, Any]:
    return {
        "aud": aud,
        "iat": iat,
        "challenge": challenge,
        "session": session,
        "origin": origin,
        "seq": seq,
        "report": report,
    }
