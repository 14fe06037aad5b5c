"""Authelia's answers as its documentation describes them: rules in order, the first whose every criterion fits.

Written from the documentation of access control (4.39), apart from the importer: expressions are searched for in path
and query by Python's `re`.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any

LEVELS = {"bypass": 0, "one_factor": 1, "two_factor": 2, "deny": 99}


def lets_in(
    control: dict[str, Any],
    host: str,
    account: str,
    groups: frozenset[str],
    strength: int,
    address: str,
    method: str,
    target: str,
) -> bool:
    """Whether somebody who signed in with so many factors (0: a stranger) gets in."""
    names = {one["name"]: _listed(one["networks"]) for one in control.get("networks", [])}
    for rule in control["rules"]:
        if (
            _domain(rule, host, account, groups)
            and _any(rule, "resources", lambda one: re.search(one, target) is not None)
            and _any(rule, "methods", lambda one: one == method)
            and _any(rule, "networks", lambda one: _in_network(one, names, address))
            and _query(rule, target)
            and _subject(rule, account, groups)
        ):
            return strength >= LEVELS[rule["policy"]]
    return strength >= LEVELS[control.get("default_policy", "deny")]


def filled_in(value: Any, environment: dict[str, str]) -> Any:
    """As Authelia's filters fill in a configuration when it starts (4.39: *Templating*, `expand-env`)."""
    if isinstance(value, dict):
        return {key: filled_in(one, environment) for key, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one, environment) for one in value]
    if not isinstance(value, str):
        return value
    return re.sub(
        r'\{\{ env "(\w+)" \}\}|\$\{(\w+)\}|\$(\w+)', lambda found: environment[found[1] or found[2] or found[3]], value
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _any(rule: dict[str, Any], key: str, fits: Any) -> bool:
    return key not in rule or any(map(fits, _listed(rule[key])))


def _domain(rule: dict[str, Any], host: str, account: str, groups: frozenset[str]) -> bool:
    for one in _listed(rule.get("domain", [])):
        if one == host or (one.startswith("*.") and host.endswith(one[1:])):
            return True
        if one.startswith("{user}.") and host == f"{account}.{one[7:]}":
            return True
        if one.startswith("{group}.") and any(host == f"{group}.{one[8:]}" for group in groups):
            return True
    return any(re.search(one, host) for one in _listed(rule.get("domain_regex", [])))


def _in_network(one: str, names: dict[str, list[str]], address: str) -> bool:
    return any(ip_address(address) in ip_network(each) for each in names.get(one, [one]))


def _query(rule: dict[str, Any], target: str) -> bool:
    """`present` alone: one key is in the query."""
    keys = {one.partition("=")[0] for one in target.partition("?")[2].split("&")}
    return "query" not in rule or any(all(each["key"] in keys for each in some) for some in rule["query"])


def _subject(rule: dict[str, Any], account: str, groups: frozenset[str]) -> bool:
    if "subject" not in rule:
        return True
    held = {f"user:{account}", *(f"group:{one}" for one in groups)}
    ways = rule["subject"] if isinstance(rule["subject"], list) else [rule["subject"]]
    return any(set(_listed(one)) <= held for one in ways)
