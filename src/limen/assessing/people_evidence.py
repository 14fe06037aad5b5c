"""People, accounts and sign-ins of exports, as the controls of identity take them. Pure.

One person is one email address, whatever the number of their accounts: what they have to sign in with is that of the
account that has the least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from limen.assessing.kinds import Provider
from limen.assessing.told import Account, Consent, SignIn, Told
from limen.clock import DAY, Instant, Milliseconds
from limen.company.unique_identities.listing import listed
from limen.company.unique_identities.reading import Held
from limen.facts import Factor, Person
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.identity.past_sign_ins import WINDOW, PastSignIn, PastSignIns
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record
from limen.roadmap.counted.counting import ASKED_ABOUT
from limen.roadmap.counted.reading import LATELY
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.evidence import IdentityEvidence, ListOfPeople
from limen.roadmap.identity.imported import Imported, WeakSignIn
from limen.roadmap.identity.providers import ENTRA

LIST: Final = "people list"
MOST_SILENT: Final[Milliseconds] = 4 * DAY
"""People sign in every working day: where nobody does for longer, a part of the log is not there."""


def members(told: Told) -> tuple[Member, ...]:
    """Everybody who has an account, by address."""
    accounts: dict[str, list[Account]] = {}
    for one in told.accounts.values():
        accounts.setdefault(one.address, []).append(one)
    administrators = {told.address_of(one, one) for one in told.roles}
    return tuple(_member(told, each, administrators) for _, each in sorted(accounts.items()))


def _member(told: Told, accounts: list[Account], administrators: set[str]) -> Member:
    live = [one for one in accounts if one.is_active]
    first = (live or accounts)[0]
    is_admin = first.address in administrators or any(one.is_admin for one in live)
    registered = told.registered.get(_account_name(told, first.address))
    is_admin = is_admin or (registered is not None and registered.is_admin)
    return Member(
        Person(
            first.address,
            first.name,
            first.address,
            frozenset({ADMINISTRATORS}) if is_admin else frozenset(),
            active=bool(live),
        ),
        PersonStatus.ACTIVE if live else PersonStatus.INACTIVE,
        first.created_at,
        factors=_least([_factors(told, one) for one in live]),
    )


def _account_name(told: Told, address: str) -> str:
    """The user principal name under which somebody registered, which may be another than their address."""
    if address in told.registered:
        return address
    return next((one for one in told.registered if told.by_id.get(one) == address), address)


def _factors(told: Told, account: Account) -> tuple[bool, int]:
    """Whether there is a code beside the password, and how many passkeys."""
    if account.provider is Provider.GOOGLE:
        return account.has_code is True, 0
    found = told.registered.get(_account_name(told, account.address))
    return (False, 0) if found is None else (found.has_code, found.passkeys)


def _least(found: list[tuple[bool, int]]) -> frozenset[Factor]:
    own = {Factor.PASSWORD}
    if found and all(code or keys for code, keys in found):
        own |= {Factor.PASSKEY} if all(keys for _, keys in found) else {Factor.CODE}
    return frozenset(own)


def identity_evidence(told: Told, everybody: tuple[Member, ...], now: Instant) -> IdentityEvidence:
    """What is not known is None; whether enough is known for a figure, `fed` says."""
    held = _held(told, everybody)
    sign_ins = lately(told, now)
    counted = sign_ins if tells_factors(told) else []
    return IdentityEvidence(
        sources=(ListOfPeople(LIST, now),) if told.people else (),
        held=held,
        accounts=listed(held, now),
        passkeys={one.person.id: int(Factor.PASSKEY in one.factors) for one in everybody},
        sign_ins=PastSignIns(now - WINDOW, now, tuple(_past(told, one) for one in counted)),
        decided=_decided(sign_ins, now),
        imported=(_imported(told, counted),) if Provider.ENTRA in told.providers else (),
        brokered=(),
        policies_elsewhere=tuple(told.policies),
    )


def lately(told: Told, now: Instant) -> list[SignIn]:
    """The sign-ins of the last 30 days, the newest first."""
    return sorted((one for one in told.sign_ins.values() if one.at > now - WINDOW), key=lambda one: (-one.at, one.id))


def tells_factors(told: Told) -> bool:
    """Whether the log says of any sign-in with how many factors. What says it of some says nothing good of others."""
    return any(one.is_told for one in told.sign_ins.values())


def gaps(told: Told, now: Instant) -> str:
    """Why the log of sign-ins is no log of 30 days; "" where it is."""
    times = sorted({one.at for one in told.sign_ins.values() if one.at > now - WINDOW - 2 * DAY})
    if not times:
        return "it holds no sign-in of the last 30 days"
    if times[0] > now - WINDOW + DAY:
        days = (now - times[0]) // DAY
        return f"it reaches back {days} days, and 30 are counted (without Entra ID P1 it keeps 7)"
    if any(later - sooner > MOST_SILENT for sooner, later in zip(times, [*times[1:], now], strict=True)):
        return "there are more than four days in it on which nobody signed in: a part of it is missing"
    return ""


def _past(told: Told, one: SignIn) -> PastSignIn:
    factors = {1: (Factor.ISSUER,), 2: (Factor.ISSUER_TWO_FACTORS,), 3: (Factor.ISSUER_PHISHING_RESISTANT,)}
    # That Entra ID proved two factors once does not say that they are registered: the report of that does.
    said = () if one.strength == 2 else tuple(each.value for each in factors[one.strength])
    return PastSignIn(one.id, one.at, told.address_of(one.user_id, one.user), one.strength, said)


def _imported(told: Told, sign_ins: list[SignIn]) -> Imported:
    weak = tuple(
        WeakSignIn(one.id, told.address_of(one.user_id, one.user), "", one.app, one.why) for one in sign_ins if one.why
    )
    by_app = Counter(one.app for one in weak)
    apps = {one.app: by_app[one.app] for one in sign_ins}
    return Imported(ENTRA, len(sign_ins), len(weak), weak, apps)


def _decided(sign_ins: list[SignIn], now: Instant) -> Decided:
    """At each sign-in the provider decided, knowing this and not that."""
    known = Counter(
        (one.app, tuple(name for name in ASKED_ABOUT if name not in one.known))
        for one in sign_ins
        if one.at > now - LATELY
    )
    return Decided(known=known)


def _held(told: Told, everybody: tuple[Member, ...]) -> Held:
    """The list of people is a source that somebody else keeps; who is on it alone is nobody here."""
    addresses = {one.person.id for one in everybody}
    records = {
        one.address: Record(
            LIST,
            one.address,
            SourcePerson(one.address, one.address, one.name, one.is_there),
            one.address if one.address in addresses else "",
        )
        for one in told.people.values()
    }
    alone = tuple(one for one in records.values() if not one.person_id and one.said.is_active)
    last: dict[str, Instant] = {}
    for one in told.sign_ins.values():
        who = told.address_of(one.user_id, one.user)
        last[who] = max(last.get(who, 0), one.at)
    linked = {key: [one] for key, one in records.items() if one.person_id}
    return Held(everybody, last, of_nobody=alone, sources=linked)


def people_who(consents: Iterable[Consent]) -> str:
    """How many people gave access: `1 person`."""
    count = len({one.by for one in consents if one.by})
    return "1 person" if count == 1 else f"{count} people"


def apps_of(told: Told) -> Iterator[tuple[str, str, tuple[Consent, ...]]]:
    """Each app that somebody gave access to: its id, its name, and what was given."""
    by_app: dict[tuple[Provider, str], list[Consent]] = {}
    for one in told.consents:
        by_app.setdefault((one.provider, one.app_id), []).append(one)
    for (provider, id_), several in sorted(by_app.items()):
        name = told.apps.get(id_, "") if provider is Provider.ENTRA else several[0].app
        yield f"{provider} {id_}", name or id_ or "unnamed", tuple(several)
