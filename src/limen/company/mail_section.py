"""`[mail]` in `limen.toml`: an address to send from, a server that is reached safely, and no password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from limen.configuration.problem import Complaint, shown
from limen.printable import is_printable
from limen.settings import Mail

_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_HOST: Final = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9-]{1,63}\.?")
_SERVER_FIX: Final = 'write its name and port, such as smtp.example.com:587, or "" to have emails written to files'


def mail_complaints(mail: Mail) -> Iterator[Complaint]:
    """Everything that is wrong with `mail`."""
    if mail.sender and not _ADDRESS.fullmatch(mail.sender):
        fix = "use a plain address, such as limen@example.com"
        yield ("mail", "from"), f"{shown(mail.sender)} is not a valid sender address", fix
    if not is_printable(mail.user):
        yield ("mail", "user"), "the user contains characters that can't be displayed", "type it again"
    if not mail.server:
        return
    if complaint := _server_complaint(mail.server):
        yield ("mail", "server"), complaint, _SERVER_FIX
    elif mail.security == "none" and not is_this_machine(mail.host_and_port[0]):
        what = f"mail to {shown(mail.host_and_port[0])} would be sent unencrypted, including sign-in links"
        fix = 'use "starttls" or "tls"; "none" is for a server on this machine, such as 127.0.0.1:25'
        yield ("mail", "security"), what, fix
    if not mail.sender:
        what = "a mail server is set, but no sender address"
        yield ("mail", "server"), what, 'add from = "limen@your.domain"'
    if mail.password_file is not None and not mail.user:
        what = "a mail password is set, but no user"
        yield ("mail", "password_file"), what, "add user, or remove password_file"


def _server_complaint(server: str) -> str:
    host, _, port = server.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return f"{shown(server)} has no port from 1 to 65535"
    if not host:
        return f"{shown(server)} has no host"
    if host.startswith("[") and host.endswith("]"):
        return "" if _is_address(host[1:-1], 6) else f"{shown(host)} is not an IPv6 address"
    if not _HOST.fullmatch(host):
        return f"the host {shown(host)} is neither a name nor an address"
    return ""


def is_this_machine(host: str) -> bool:
    """Whether a mail server of this name is reached without leaving the machine."""
    if host in {"localhost", "localhost."}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(text: str, version: int) -> bool:
    try:
        return ip_address(text).version == version
    except ValueError:
        return False
