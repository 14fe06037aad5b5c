"""Whether what comes in unasked is dropped, by the rules that the kernel has now.

Settings are not enough: ufw.conf says that ufw is to be on, not that its rules are there. An empty ruleset is listed
without an error, so what counts is a chain at the input hook that ends in a drop, for each family that has an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.machine import Machine, text
from limen_agent.collectors.memory import Memory

_FAMILIES: Final = {"ip": ("ip",), "ip6": ("ip6",), "inet": ("ip", "ip6")}
_ENDS: Final = frozenset({"accept", "drop", "reject"})
_NO_MATCH: Final = frozenset({"counter", "log", *_ENDS, "jump", "goto", "return"})
_DEEPEST: Final = 8


def firewall(machine: Machine, memory: Memory) -> Observed:
    del memory
    wanted = ("ip", "ip6") if has_ipv6(machine) else ("ip",)
    ran = machine.run("nft", "-j", "list", "ruleset")
    if ran.code != 0:
        raise UndeterminedError(ran.reason, "nft does not list its rules to this user")
    chains = read_ruleset(ran.out)
    dropping = {family for chain in chains.values() if drops(chain, chains) for family in _FAMILIES[chain.family]}
    missing = [family for family in wanted if family not in dropping]
    missing = [family for family in missing if not _drops_in_old_tables(machine, family)]
    how = _how(machine, chains)
    if missing:
        shown = " and ".join({"ip": "IPv4", "ip6": "IPv6"}[one] for one in missing)
        return Observed({"enabled": False, "how": how}, f"nothing drops what comes in by {shown}")
    return Observed({"enabled": True, "how": how}, f"what comes in unasked is dropped ({how})")


class Chain:
    """A chain of rules, each a list of statements."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.family = str(said["family"])
        self.table = str(said["table"])
        self.name = str(said["name"])
        self.is_at_input = said.get("hook") == "input" and said.get("type") == "filter"
        self.policy = str(said.get("policy", "accept"))
        self.rules: list[list[Any]] = []


Chains = dict[tuple[str, str, str], Chain]


def read_ruleset(printed: str) -> Chains:
    """Chains of families that carry IP (libnftables-json(5)). Raises UndeterminedError for what is no ruleset."""
    try:
        items = json.loads(printed)["nftables"]
        if "metainfo" not in items[0]:
            raise ValueError("no ruleset")  # noqa: TRY301 -- as any other way of being none
        said = [item["chain"] for item in items if "chain" in item]
        chains = {(one["family"], one["table"], one["name"]): Chain(one) for one in said if one["family"] in _FAMILIES}
        for rule in (item["rule"] for item in items if "rule" in item):
            if rule["family"] in _FAMILIES:
                chains[rule["family"], rule["table"], rule["chain"]].rules.append(list(rule["expr"]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise UndeterminedError("unreadable", "what nft printed was not understood") from None
    return chains


def drops(chain: Chain, chains: Chains) -> bool:
    """Whether a packet that no rule knows ends in a drop here."""
    return chain.is_at_input and (_end_of(chain, chains, _DEEPEST) or chain.policy) in {"drop", "reject"}


def _end_of(chain: Chain, chains: Chains, left: int) -> str:
    """What the rules without a condition do with every packet that came so far; "" where it comes through them."""
    if left == 0:
        return "accept"
    for statements in chain.rules:
        if not _has_condition(statements):
            for statement in statements:
                if end := _end_by(statement, chain, chains, left):
                    return "" if end == "return" else end
    return ""


def _end_by(statement: Mapping[str, Any], chain: Chain, chains: Chains, left: int) -> str:
    word = next(iter(statement))
    if word in _ENDS or word == "return":
        return word
    if word in {"jump", "goto"}:
        target = chains.get((chain.family, chain.table, str(statement[word]["target"])))
        end = _end_of(target, chains, left - 1) if target else "accept"
        return end or ("return" if word == "goto" else "")
    return ""


def _has_condition(statements: Iterable[Any]) -> bool:
    """Whatever is not known to let every packet by is a condition, an unknown statement too."""
    return any(not isinstance(one, dict) or next(iter(one), "") not in _NO_MATCH for one in statements)


def has_ipv6(machine: Machine) -> bool:
    """Whether an interface beside the machine's own has an address of IPv6."""
    if not machine.exists("/proc/net/if_inet6"):
        return False
    return any(line.split()[-1:] != ["lo"] for line in text(machine, "/proc/net/if_inet6").splitlines() if line.strip())


def _drops_in_old_tables(machine: Machine, family: str) -> bool:
    """By the tables of iptables before nftables, which nft does not list; looked at where the kernel has any."""
    names, tool = {"ip": ("ip_tables_names", "iptables-legacy"), "ip6": ("ip6_tables_names", "ip6tables-legacy")}[
        family
    ]
    path = f"/proc/net/{names}"
    if not machine.exists(path) or "filter" not in text(machine, path).split():
        return False
    ran = machine.run(tool, "-S", "INPUT")
    if ran.code != 0:
        raise UndeterminedError(ran.reason, f"{tool} does not list its rules")
    first, *rules = ran.out.splitlines() or [""]
    takes_all = any(re.fullmatch(r"-A INPUT -j ACCEPT", rule.strip()) for rule in rules)
    return first.strip() == "-P INPUT DROP" and not takes_all


def _how(machine: Machine, chains: Chains) -> str:
    """Who wrote the rules; a name, on which nothing rests."""
    if any(chain.table == "firewalld" for chain in chains.values()):
        return "firewalld"
    if any(chain.name.startswith("ufw") for chain in chains.values()) or _is_ufw_meant(machine):
        return "ufw"
    return "nftables"


def _is_ufw_meant(machine: Machine) -> bool:
    try:
        return bool(re.search(r"^\s*ENABLED=['\"]?yes", text(machine, "/etc/ufw/ufw.conf"), re.MULTILINE))
    except UndeterminedError:
        return False
