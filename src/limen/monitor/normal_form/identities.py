"""Whose name that is: what sources call people and devices, and which of ours is meant. Who is in doubt is nobody.

A log line's word for somebody is only as good as its source; here it becomes an id, not a proof.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from limen.monitor.normal_form.device_addresses import DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent

SHARED: Final = frozenset(
    ("root", "admin", "administrator", "guest", "system", "localsystem", "local service", "network service", "nobody")
) | frozenset(("anonymous logon", "daemon", "www-data", "postgres", "user", "test", "ubuntu", "ec2-user", "pi"))
"""Accounts that many use or no person does: they are nobody, even where somebody is called so."""
_LONGEST_ALIAS: Final = 320
_SIDS: Final = (("TargetUserName", "TargetUserSid"), ("SubjectUserName", "SubjectUserSid"))


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    r"""What is known of names at one moment. `domains` are the company's own, as `harbor` and `harbor.example`:
    only in those is `HARBOR\\jane` the person `jane`, and `wren.harbor.example` the device `wren`.
    """

    people: dict[str, str] = {}
    devices: dict[str, str] = {}
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        people: Iterable[tuple[str, Iterable[str]]] = (),
        devices: Iterable[tuple[str, Iterable[str]]] = (),
        domains: Iterable[str] = (),
    ) -> Identities:
        """From ids with their aliases: e-mail, UPN, account name, SID; host name, serial number."""
        return cls(
            people=_by_alias(people),
            devices=_by_alias(devices),
            domains=frozenset(one.casefold() for one in domains),
        )

    def identify(self, event: NormalEvent, addresses: DeviceAddresses) -> NormalEvent:
        """`event`, with the ids of whom and what it names filled in, where they are not Limen's own already."""
        if event.user and not event.person_id:
            event.person_id = self.person(event.user) or self._by_sid(event)
        if event.target_user and not event.target_person_id:
            event.target_person_id = self.person(event.target_user) or self._by_sid_of_target(event)
        if not event.device_id:
            event.device_id = self.device(event.host) or addresses.device_at(event.src_ip, event.at)
        return event

    def person(self, name: str) -> str:
        """The id of the person who is called so; "" for nobody."""
        return _found(self.people, name, self._in_domain(name, "\\", is_before=True))

    def device(self, name: str) -> str:
        """The id of the device that is called so; "" for none."""
        return _found(self.devices, name, self._in_domain(name, ".", is_before=False))

    def _in_domain(self, name: str, between: str, *, is_before: bool) -> str:
        """The bare name, where it is said to be of the company's own domain."""
        first, found, rest = name.partition(between)
        domain, bare = (first, rest) if is_before else (rest, first)
        return bare if found and domain.casefold() in self.domains else ""

    def _by_sid(self, event: NormalEvent) -> str:
        for name, sid in _SIDS:
            if event.fields.get(name) == event.user and isinstance(found := event.fields.get(sid), str):
                return self.person(found)
        return ""

    def _by_sid_of_target(self, event: NormalEvent) -> str:
        found = event.fields.get("MemberSid") or event.fields.get("TargetSid") or event.fields.get("TargetUserSid")
        return self.person(found) if isinstance(found, str) else ""


def shared_domain(emails: Sequence[str]) -> str:
    """The domain in which more than half of all people have their address; "" for none."""
    found = Counter(email.partition("@")[2].casefold() for email in emails).most_common(1)
    return found[0][0] if found and 2 * found[0][1] > len(emails) else ""


def called(email: str, domains: Container[str]) -> tuple[str, ...]:
    """What whoever has this address is called: in one of the company's own domains by what stands before it, too."""
    name, _, domain = email.partition("@")
    return (email, name) if domain.casefold() in domains else (email,)


def _by_alias(named: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Ids by what they are called. What two are called is neither."""
    found: dict[str, str] = {}
    for one, aliases in named:
        for alias in aliases:
            word = alias.casefold().strip()
            if word and word not in SHARED and len(word) <= _LONGEST_ALIAS:
                found[word] = one if found.get(word, one) == one else ""
    return {alias: one for alias, one in found.items() if one}


def _found(known: Mapping[str, str], name: str, bare: str) -> str:
    if not name or len(name) > _LONGEST_ALIAS:
        return ""
    return known.get(name.casefold(), "") or (known.get(bare.casefold(), "") if bare else "")
