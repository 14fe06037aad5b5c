"""The config of each kind of front, filled in: `limen front-config`, and the examples in the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from ipaddress import ip_address
from typing import Final

from limen.front.config import stripped
from limen.front.config.guarded import Guarded, Held, path_regex, upstream

TEMPLATES: Final = {"nginx": "nginx.conf", "caddy": "Caddyfile", "envoy": "envoy.yaml"}
"""Each kind of front, and what its config is usually called."""


def front_config(kind: str, guarded: Guarded) -> str:
    """The whole config file of `kind`, one of TEMPLATES."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 -- heavy

    environment = Environment(  # noqa: S701 -- no HTML: everything filled in is of a checked form
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"regex": path_regex, "header": _header, "quoted": json.dumps, "is_address": _is_address}
    template = files("limen.front.config").joinpath(f"{TEMPLATES[kind]}.jinja").read_text()
    host, _, port = guarded.listen.rpartition(":")
    return environment.from_string(template).render(
        front=guarded,
        address=host.strip("[]"),
        port=port,
        site=lambda name: name if guarded.certificate else f"http://{name}:{port}",
        names=stripped.names(),
        prefixes=stripped.prefixes(),
        written_out=stripped.written_out(),
        said=stripped.SAID_BY_LIMEN,
        clusters=list(_clusters(guarded)),
        held=Held(),
    )


def _header(name: str) -> str:
    """A field's name as people write it."""
    return "-".join(word.capitalize() for word in name.split("-"))


def _clusters(guarded: Guarded) -> Iterator[tuple[str, str, int]]:
    """What Envoy talks to: name, host and port; for a unix socket its path and 0."""
    for name, address in (("limen", guarded.limen), ("limen_check", guarded.check)):
        if address.startswith("unix:"):
            yield name, address.removeprefix("unix:"), 0
        else:
            host, _, port = address.rpartition(":")
            yield name, host.strip("[]"), int(port)
    for app in guarded.direct:
        yield (f"app_{app.id}", *upstream(app))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
