"""Aerleon's generators, as Limen uses them. Imported only where one of them is needed: Aerleon is an extra.

They are called one by one, and not by Aerleon's own entry, which would load whatever plugins are installed. What its
generators leave out in silence is found when the text is read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aerleon.lib import ciscoasa, fortigate, naming, paloaltofw, policy, policy_builder, windows_advfirewall

ICMP_NAMES: Final[Mapping[int, Mapping[int, str]]] = {
    family: {number: name for name, number in policy.Term.ICMP_TYPE[family].items()} for family in (4, 6)
}
"""By family and type what Aerleon calls it."""
_EXPIRY_WEEKS: Final = 0


class _Service:
    """Aerleon sorts services by comparing them, which those of ICMP and of ports refuse beside each other."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __lt__(self, other: _Service) -> bool:
        return str(self._service.name) < str(other._service.name)

    def __str__(self) -> str:
        return str(self._service)


class _Fortigate(fortigate.Fortigate):  # type: ignore[misc]
    def __str__(self) -> str:
        self.services: list[Any] = [_Service(one) for one in self.services]
        return str(super().__str__())


class _Asa(ciscoasa.CiscoASA):  # type: ignore[misc]
    """Aerleon writes lists of an ASA for IPv4 alone, although its terms know IPv6."""

    def _TranslatePolicy(self, pol: Any, exp_info: int) -> None:  # noqa: ARG002, N802 -- the name is Aerleon's
        self.ciscoasa_policies = [
            (header, name, [self._term(one, name) for one in terms])
            for header, terms in pol.filters
            for name in (header.FilterName("ciscoasa"),)
        ]

    @staticmethod
    def _term(term: Any, name: str) -> str:
        """On an ASA the protocol is called `icmp6`."""
        family = term.source_address[0].version if term.source_address else 4
        return str(ciscoasa.Term(term, name, af=family)).replace(" icmpv6 ", " icmp6 ")


_GENERATORS: Final[Mapping[str, tuple[str, Any]]] = {
    "fortigate": ("fortigate", _Fortigate),
    "paloalto": ("paloalto", paloaltofw.PaloAltoFW),
    "cisco": ("ciscoasa", _Asa),
    "windows": ("windows_advfirewall", windows_advfirewall.WindowsAdvFirewall),
}


def generated(kind: str, filters: list[tuple[str, list[dict[str, Any]]]], definitions: dict[str, Any]) -> str:
    """The text for a firewall of this kind. `filters`: each as the options of its target, and its terms."""
    target, generator = _GENERATORS[kind]
    names = naming.Naming()
    names.ParseDefinitionsObject(definitions, "")
    stated = [{"header": {"targets": {target: options}}, "terms": terms} for options, terms in filters]
    built = policy_builder.PolicyBuilder({"filename": "limen", "filters": stated}, names, False, False)
    return str(generator(policy.FromBuilder(built), _EXPIRY_WEEKS))
