"""Which figures exports can tell, and from which of them. All others stay unknown until Limen is there. Pure.

A figure needs each export that could speak against it: where one is not there, it may look better than it is, and it
is unknown. What is missed is shown all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.assessing.kinds import BY_KIND, Kind, Provider
from limen.assessing.people_evidence import gaps, tells_factors
from limen.assessing.told import Told
from limen.clock import Instant

Need = Callable[[Told], "tuple[Kind, ...]"]
"""Which exports are not there that this needs."""


def _lacks(*kinds: Kind) -> Need:
    return lambda told: tuple(one for one in kinds if one not in told.kinds)


def _of_providers(by: Mapping[Provider, tuple[Kind, ...]]) -> Need:
    """The exports of each provider that is there; of Microsoft 365 where none is known to be."""

    def need(told: Told) -> tuple[Kind, ...]:
        providers = told.providers or frozenset({Provider.ENTRA})
        wanted = [kind for one in Provider if one in providers for kind in by.get(one, ())]
        return tuple(one for one in wanted if one not in told.kinds)

    return need


PEOPLE: Final = _lacks(Kind.PEOPLE)
DNS: Final = _lacks(Kind.DNS)
ACCOUNTS: Final = _of_providers({Provider.ENTRA: (Kind.ENTRA_USERS,), Provider.GOOGLE: (Kind.GOOGLE_USERS,)})
FACTORS: Final = _of_providers({Provider.ENTRA: (Kind.ENTRA_FACTORS,)})
SIGN_INS: Final = _of_providers({Provider.ENTRA: (Kind.ENTRA_SIGN_INS,)})
ROLES: Final = _of_providers({Provider.ENTRA: (Kind.ENTRA_ROLES,)})
POLICIES: Final = _of_providers({Provider.ENTRA: (Kind.ENTRA_POLICIES,)})
CONSENTS: Final = _of_providers(
    {Provider.ENTRA: (Kind.ENTRA_CONSENTS, Kind.ENTRA_APPS), Provider.GOOGLE: (Kind.GOOGLE_TOKENS,)}
)
LIST_OF_DEVICES: Final = _lacks(Kind.DEVICES)
FIREWALL: Final = _lacks(Kind.FIREWALL)


def MANAGED(told: Told) -> tuple[Kind, ...]:  # noqa: N802 -- it stands among the others
    """Intune, where the provider's sign-ins tell that it manages a device."""
    is_used = any(one.is_managed for one in told.sign_ins.values())
    return (Kind.INTUNE,) if is_used and Kind.INTUNE not in told.kinds else ()


@dataclass(frozen=True, slots=True)
class Fed:
    """`needs` are the exports, `beyond` what no export tells of it ("": they tell all). `has_log`: it counts sign-ins
    of 30 days, so the log has to be one. `check`: the check of devices that it counts, of which a list has to tell.
    `has_factors`: it counts with how many factors people signed in.

    Without one of the exports of `base` not even what is missed is certain: whoever is on no list of people may be on
    the one that is not there. `base_log`: nor is it without a whole log. `is_certain` False: what is missed no export
    tells, as a provider that is federated with Limen once there is one.
    """

    needs: tuple[Need, ...]
    beyond: str = ""
    has_log: bool = False
    check: str = ""
    has_factors: bool = False
    base: tuple[Need, ...] = ()
    base_log: bool = False
    is_certain: bool = True

    def lacks(self, told: Told) -> tuple[Kind, ...]:
        return tuple(dict.fromkeys(kind for need in self.needs for kind in need(told)))


_ALL_ACCOUNTS: Final = (DNS, PEOPLE, ACCOUNTS, SIGN_INS)
_SIGNED_IN: Final = (DNS, PEOPLE, ACCOUNTS, FACTORS, SIGN_INS)
_DEVICES: Final = (DNS, ACCOUNTS, SIGN_INS, MANAGED, LIST_OF_DEVICES)


def _of_factors(*needs: Need, base: tuple[Need, ...] = (), base_log: bool = False) -> Fed:
    return Fed(needs, has_log=True, has_factors=True, base=base, base_log=base_log)


def _of_check(check: str = "") -> Fed:
    return Fed(_DEVICES, has_log=True, check=check, base=(MANAGED, LIST_OF_DEVICES))


FED: Final[Mapping[tuple[str, str], Fed]] = {
    ("I1", "accounts that are one living person's, or a program's with an owner"): Fed(
        (*_ALL_ACCOUNTS, FACTORS, ROLES, MANAGED, LIST_OF_DEVICES), has_log=True, base=(PEOPLE, ACCOUNTS)
    ),
    ("I2", "people who have two factors, and signed in with fewer at no time"): _of_factors(
        *_SIGNED_IN, base=(ACCOUNTS, FACTORS)
    ),
    ("I3", "administrators who signed in with a passkey every time"): _of_factors(
        *_SIGNED_IN, ROLES, base=(ACCOUNTS, SIGN_INS), base_log=True
    ),
    ("I3", "people who sign in with a passkey as a rule"): _of_factors(
        *_SIGNED_IN, base=(ACCOUNTS, SIGN_INS), base_log=True
    ),
    ("I4", "apps at Entra ID where nobody signed in with one factor"): _of_factors(DNS, SIGN_INS),
    ("I5", "apps to which people sign in through Limen or the federated provider"): Fed(
        (DNS, SIGN_INS, CONSENTS),
        "Whether apps take passwords of their own as well no export tells: put them behind Limen, or ask each vendor",
        is_certain=False,
    ),
    ("I7", "decisions of 7 days in which device, place and risk were known"): Fed((DNS, SIGN_INS), has_log=True),
    ("I7", "policies of other providers that are enforced"): Fed((DNS, POLICIES)),
    ("I8", "accounts that one person uses alone"): Fed(
        _ALL_ACCOUNTS, "Whether an account is in use at two places at once is seen by watching sign-ins: install Limen"
    ),
    ("I9", "sign-ins at Entra ID with two factors, and by no legacy protocol"): _of_factors(DNS, SIGN_INS),
    ("I10", "people who have access, and have not left by the word of their source"): Fed((DNS, PEOPLE, ACCOUNTS)),
    ("D1", "devices that are enrolled, or managed by a source that is connected"): _of_check(),
    ("D2", "devices that are compliant by a fresh report"): _of_check("management"),
    ("D3", "devices on a system that its maker supports"): _of_check("os"),
    (
        "D3",
        "devices without a security update that has waited for more than 14 days, or for a restart",
    ): _of_check("updates"),
    ("D4", "devices with every volume encrypted"): _of_check("disk_encryption"),
    ("D5", "devices that lock within 15 minutes"): _of_check("screen_lock"),
    ("D6", "computers on which an EDR sensor runs"): _of_check("edr"),
    ("D6", "computers with malware signatures of the last 7 days"): _of_check("anti_malware"),
    (
        "N2",
        "ordered pairs of zones between which only flows that somebody owns pass, at every firewall between them",
    ): Fed((FIREWALL,)),
}
"""By the control and the name of its part."""
NOT_HERE: Final = frozenset({("I9", "sign-ins at Limen with two factors")})
"""Parts about what does not exist before Limen does."""
_GOOGLE: Final = (
    "Google's log does not say with how many factors people signed in: sign in to Google through Limen, or Entra ID"
)


def says_anything(fed: Fed, told: Told, now: Instant) -> bool:
    """Whether what is missed by these exports is certain."""
    is_based = fed.is_certain and not any(need(told) for need in fed.base)
    is_told = not fed.check or tells(fed.check, told)
    is_log = not fed.base_log or not gaps(told, now)
    return is_based and is_told and is_log and (not fed.has_factors or not told.sign_ins or tells_factors(told))


def missing(fed: Fed, told: Told, now: Instant) -> str:
    """What to export or connect before there is a figure; "" where there is one."""
    return "; ".join(_missing(fed, told, now))


def _missing(fed: Fed, told: Told, now: Instant) -> Iterator[str]:
    lacks = fed.lacks(told)
    if lacks:
        yield f"Export {', '.join(BY_KIND[one].title for one in lacks)}"
    if fed.has_log and Kind.ENTRA_SIGN_INS in told.kinds and (why := gaps(told, now)):
        yield f"Export the log of sign-ins again: {why}"
    if fed.has_factors and told.sign_ins and not tells_factors(told):
        yield "Export the log of sign-ins by the beta of Graph: v1.0 does not say with how many factors"
    if fed.has_log and Provider.GOOGLE in told.providers:
        yield _GOOGLE
    if fed.check and not tells(fed.check, told):
        yield f"Export a list of devices that tells of each: {fed.check.replace('_', ' ')}"
    if fed.beyond:
        yield fed.beyond


def tells(check: str, told: Told) -> bool:
    """Whether a list of devices tells of this check at all."""
    return any(check in one.record.checks for one in told.devices)
