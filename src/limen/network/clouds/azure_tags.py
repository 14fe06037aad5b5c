"""Tags of Azure as prefixes, as far as it matters whether the internet is meant. Pure.

`VirtualNetwork` is what is in the network and in those that are joined to it, and `Internet` all that is not (Microsoft
Learn, "Virtual network service tags"). A reading of rules alone takes any tag for every address: it can't tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.network.reading.json_documents import objects

_AS_PREFIX: Final = {"virtualnetwork": "10.0.0.0/8", "internet": "*"}
"""Of what is in the network it matters here only that it is private."""
_KEYS: Final = ("sourceAddressPrefix", "sourceAddressPrefixes")
_EVERYTHING: Final = {
    "protocol": "*",
    "sourcePortRange": "*",
    "destinationPortRange": "*",
    "sourceAddressPrefix": "*",
    "destinationAddressPrefix": "*",
}
_ENDS: Final = [
    {"name": "DenyAllInBound", "direction": "Inbound", "priority": 65_500, "access": "Deny", **_EVERYTHING},
    {"name": "AllowOutBound", "direction": "Outbound", "priority": 65_001, "access": "Allow", **_EVERYTHING},
]
"""What every group has behind its own rules, as the internet meets it."""


def without_tags(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same groups, whose rules name prefixes. Raises UnreadableError."""
    return {
        **document,
        **{key: [_group(one) for one in objects(document, key)] for key in ("", "value") if document.get(key)},
    }


def _group(one: Mapping[str, Any]) -> dict[str, Any]:
    inside = one.get("properties")
    if isinstance(inside, dict):
        return {**one, "properties": _group(inside) | {"defaultSecurityRules": _ends(inside)}}
    return {**one, "securityRules": _rules(one, "securityRules"), "defaultSecurityRules": _ends(one)}


def _ends(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    return _rules(one, "defaultSecurityRules") or list(_ENDS)


def _rules(one: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [_rule(rule) for rule in objects(one, name)]


def _rule(one: Mapping[str, Any]) -> dict[str, Any]:
    inside = one.get("properties")
    if isinstance(inside, dict):
        return {**one, "properties": _rule(inside)}
    return {**one, **{key: _prefixes(one[key]) for key in _KEYS if key in one}}


def _prefixes(said: Any) -> Any:
    if isinstance(said, list):
        return [_prefixes(one) for one in said]
    return _AS_PREFIX.get(said.casefold(), said) if isinstance(said, str) else said
