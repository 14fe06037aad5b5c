"""`limen-agent enrol ADDRESS`: one command, confirmed by a person who signs in, or by a one-time token."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from limen_agent.address import limen_address
from limen_agent.cli.start import START
from limen_agent.enrolling import Enrolling
from limen_agent.errors import AgentError
from limen_agent.keys.choosing import create_key
from limen_agent.state.enrolment import NAME
from limen_agent.state.folder import StateFolder
from limen_agent.wire.connection import Connection

_LONGEST_TOKEN: Final = 512


def enrol(folder: StateFolder, typed: str, token_file: str | None, ca: Path | None, wanted_key: str) -> int:
    address, token = limen_address(typed), read_token(token_file)
    ca_file = str(ca.resolve()) if ca else ""
    with folder.held():
        if folder.has(NAME):
            raise AgentError(
                "this device is enrolled already", "see `limen-agent status`; `limen-agent forget` ends it"
            )
        key, where = create_key(folder, wanted_key)
        print(f"A key was made: {where}.")
        connection = Connection(address, ca_file)
        try:
            enrolling = Enrolling(connection, key, token, wait=_ask_person)
            enrolment = enrolling.enrol(folder, ca_file)
        finally:
            connection.close()
    print(f"Enrolled: this is {enrolment.company}'s device {enrolment.device}, of {enrolment.owner}.")
    if enrolment.key_kind != enrolment.key_storage:
        why = f": {enrolling.why_file}" if enrolling.why_file else ""
        print(f"Limen could not verify that the key is in a TPM, and counts it as one in a file{why}.")
    print("Nothing is reported before the service runs. Have it run from now on and at every start:\n")
    print("\n".join(f"  {line}" for line in START))
    return 0


def read_token(file: str | None) -> str:
    """From a file or the input, never from the command line, which every user of the machine can read."""
    if file is None:
        return ""
    try:
        text = sys.stdin.read(_LONGEST_TOKEN + 2) if file == "-" else _start_of(Path(file))
    except (OSError, UnicodeDecodeError):
        raise AgentError("no token can be read there", "name the file that holds it, and nothing else") from None
    token = text.strip()
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise AgentError("that is not a token", "copy it anew: it is one word")
    return token


def _start_of(file: Path) -> str:
    with file.open(encoding="ascii") as opened:
        return opened.read(_LONGEST_TOKEN + 2)


def _ask_person(address: str, code: str) -> None:
    """Nothing is opened by itself: whoever enrols looks at the address first."""
    print(f"Open this address in a browser, sign in, and confirm the device:\n\n  {address}\n")
    print(f"It has to show this code: {code}\nWaiting …", flush=True)
