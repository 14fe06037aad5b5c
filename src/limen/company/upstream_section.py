"""`upstream:` of an app in apps.yaml: where it really runs, and what can't be meant by that."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from limen.configuration.problem import shown
from limen.facts import Upstream
from limen.ssrf_guard import is_forbidden

HOST: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_REACH: Final = re.compile(r"([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")
_URL: Final = re.compile(r"[^\x00-\x20\x7f-\uffff;{}\"'`$\\]{0,500}")
"""No space, and nothing that ends a word in what is made of it."""


class UpstreamSection(BaseModel):
    """Where an app really runs. The address alone may be written instead."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    url: str
    """Scheme, host and port: `https://10.0.0.5:8443`."""
    ca_file: str = ""
    """The certificate of the authority that the app's own comes from, as a file beside the company's."""
    server_name: str = ""
    """The name that the app's certificate is for, where it is not the host in `url`."""
    connect_seconds: Annotated[float, Field(gt=0, le=300)] = 5
    """How long Limen waits for a connection to the app."""
    response_seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    """How long Limen waits for the app to say something."""
    max_request_megabytes: Annotated[int, Field(gt=0, le=1 << 20)] = 1024
    """The largest upload that is handed on."""
    keep_host: bool = True
    """Whether the app hears the host that the browser asked for; otherwise the one in `url`."""
    plain_text: Annotated[str, Field(max_length=200)] = ""
    """Why nobody can read what a confidential app is sent over plain http: a network of containers on one machine, a
    tunnel. Without it such an app is not published."""


def upstream_of(section: UpstreamSection) -> Upstream:
    """The upstream that the section describes."""
    return Upstream(
        url=section.url.rstrip("/"),
        ca_file=section.ca_file,
        server_name=section.server_name,
        connect_ms=int(section.connect_seconds * 1000),
        response_ms=int(section.response_seconds * 1000),
        max_request_bytes=section.max_request_megabytes << 20,
        keep_host=section.keep_host,
        plain_text_why=section.plain_text.strip(),
    )


def upstream_complaint(url: str) -> tuple[str, str] | None:
    """What is wrong with this as an upstream's URL, and what to do; None where nothing is.

    `urlsplit` leaves out tabs and newlines, and takes brackets for more than addresses (RFC 3986 section 3.2.2); what
    reads the URL after us, a front's config among them, does not.
    """
    if not _URL.fullmatch(url):
        return f"the upstream {shown(url)} can't be read", "write it as http://127.0.0.1:3000"
    try:
        return _complaint(url, urlsplit(url))
    except ValueError:
        return f"the upstream {shown(url)} can't be read", "write it as http://127.0.0.1:3000"


def _complaint(url: str, parts: SplitResult) -> tuple[str, str] | None:
    """What is wrong with an upstream's URL. It is scheme, host and port: the path is the request's."""
    if parts.scheme not in {"http", "https"}:
        return f"the upstream {shown(url)} doesn't use http or https", f"write it as http://{_reach(url)}"
    if parts.username is not None or parts.password is not None:
        return "the upstream contains a user name or password", "remove it: secrets don't belong here"
    if not parts.hostname or not _is_reachable(parts.hostname) or parts.port == 0:
        return f"the upstream {shown(url)} has no host", "write it as http://127.0.0.1:3000"
    if is_forbidden(parts.hostname):
        return f"the upstream {shown(url)} is not an address that an app may have", "enter the machine the app runs on"
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "?" in url or "#" in url:
        return f"the upstream {shown(url)} has a path, a query or a fragment", "write only scheme, host and port"
    return None


def _reach(url: str) -> str:
    """Host and port as they were probably meant, where no scheme was written."""
    reach = url.rsplit("//", 1)[-1].split("/", 1)[0]
    return reach if _REACH.fullmatch(reach) else "127.0.0.1:3000"


def _is_reachable(host: str) -> bool:
    return bool(HOST.fullmatch(host)) or ":" in host
