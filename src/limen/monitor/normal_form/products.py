"""Whose records a source of JSON may bring: `products` in `monitor.yaml`, and what Sigma calls each.

A record of JSON says by its own fields whose it is, and in what a program writes people may have typed anything. So
only where the company has said that a product's records come from there are they read as that product's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from limen.monitor.normal_form.flattening import OURS

PRODUCTS: Final[Mapping[str, str]] = {
    "windows": "windows",
    "entra": "azure",
    "m365": "m365",
    "google_workspace": "gcp",
    "okta": "okta",
    "aws": "aws",
    "github": "github",
    "suricata": "suricata",
    "journald": "linux",
    "syslog": "linux",
    "fortigate": "fortigate",
    "nginx": "nginx",
    "apache": "apache",
}
"""By the name that `products` has, the word by which rules choose its events (`logsource.product`)."""
LOOKS_LIKE: Final = f"{OURS}looks_like"
"""The field that says as whose record one was not read, because its source names no such product."""
_NAMES: Final = {word: name for name, word in PRODUCTS.items()} | {"linux": "syslog"}


def claimed(word: str, named: Collection[str]) -> str:
    """The product that a record's own word (`product: okta`) claims to be of; "" where it may say so."""
    name = _NAMES.get(word.casefold(), "")
    return "" if not name or any(PRODUCTS.get(one) == PRODUCTS[name] for one in named) else name


def read_as(word: str) -> tuple[str, ...]:
    """The products by which an event with this word was read."""
    return tuple([name for name, known in PRODUCTS.items() if known == word])
