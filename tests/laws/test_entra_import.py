"""Law: whatever a tenant's conditional access refused, Limen refuses, and what differs stands in the report.

The old answer is `tests/importing/entra/evaluation.py`, the new one Limen's real decision by the imported policies.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.importing.entra import harbor_tenant as harbor
from tests.importing.entra.evaluation import MULTI_FACTOR, Device, SignIn, Tenant
from tests.importing.entra.harbor_tenant import id_of

from limen.clock import MINUTE
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.new_folder import Answers, begin
from limen.facts import Person
from limen.importing.entra.reader import Entra
from limen.importing.importing import change_of, understood
from limen.importing.model import Wishes
from limen.importing.report import Effect as Access, Item, Verdict
from limen.policy.decision import Decision, Effect, Request
from limen.policy.hypothetical import Hypothetical

USERS = ["ada", "maren", "rohan", "yuki", "greta", "karim", "stefan", "olaf", "rescue", "hugo"]
APPS = ["Expenses", "Customers", "Ledger", "Stock"]
LEVEL = {"none": 0, "low": 20, "medium": 50, "high": 90}
STRENGTH = {"password": 1, "fido2": 3, "windowsHelloForBusiness": 3}
METHODS = ["password", *sorted(MULTI_FACTOR)]
CONTROLS = [
    "mfa",
    "compliantDevice",
    "domainJoinedDevice",
    "approvedApplication",
    "compliantApplication",
    "passwordChange",
]
RULES = [
    "device.isCompliant -eq True",
    "device.isCompliant -ne True",
    "device.isCompliant -eq False",
    'device.trustType -eq "ServerAD"',
    'device.trustType -ne "AzureAD"',
    'device.operatingSystem -eq "Windows" -and device.isCompliant -eq True',
    'device.operatingSystem -ne "Windows"',
    'device.model -startsWith "Model" -or device.isCompliant -eq True',
]  # fmt: skip
WEAK_STRENGTH = {
    "id": id_of("strength"),
    "displayName": "Codes or keys",
    "policyType": "custom",
    "allowedCombinations": ["password,softwareOath", "fido2"],
    "combinationConfigurations": [],
}
NOWHERE = {
    "@odata.type": "#microsoft.graph.countryNamedLocation",
    "id": id_of("elsewhere"),
    "displayName": "Elsewhere",
    "countriesAndRegions": ["US", "BR"],
    "includeUnknownCountriesAndRegions": True,
    "countryLookupMethod": "clientIpAddress",
}
PLACES = [id_of("office"), id_of("countries"), id_of("elsewhere"), "AllTrusted"]


def some(values: list[str], least: int = 0, most: int = 2) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


def _people() -> st.SearchStrategy[Any]:
    users, groups = [id_of(one) for one in USERS], [one["id"] for one in harbor.GROUPS]
    roles = [harbor.GLOBAL_ADMINISTRATOR, harbor.HELPDESK_ADMINISTRATOR]
    guests = st.none() | some(["internalGuest", "b2bCollaborationGuest", "b2bDirectConnectUser"], 1).map(
        lambda kinds: {"guestOrExternalUserTypes": ",".join(kinds), "externalTenants": None}
    )
    return st.builds(
        lambda included, **more: harbor.people(*included, **more),
        st.just(["All"]) | some([*users, "GuestsOrExternalUsers"]),
        excludeUsers=some([*users, "GuestsOrExternalUsers"]),
        includeGroups=some(groups),
        excludeGroups=some(groups, 0, 1),
        includeRoles=some(roles),
        excludeRoles=some(roles, 0, 1),
        includeGuestsOrExternalUsers=guests,
        excludeGuestsOrExternalUsers=guests,
    )


def _policies() -> st.SearchStrategy[Any]:
    app_ids = [id_of(f"app {one}") for one in APPS]
    apps = st.builds(
        lambda included, excluded: harbor.apps(*included, excludeApplications=excluded),
        st.just(["All"]) | some(app_ids, 1),
        some(app_ids, 0, 1),
    )
    platforms = st.none() | st.fixed_dictionaries(
        {"includePlatforms": st.just(["all"]) | some(["windows", "iOS", "android", "linux"], 1),
         "excludePlatforms": some(["iOS", "macOS", "windowsPhone"], 0, 1)}
    )  # fmt: skip
    locations = st.none() | st.fixed_dictionaries(
        {"includeLocations": st.just(["All"]) | some(PLACES, 1), "excludeLocations": some(PLACES)}
    )
    devices = st.none() | st.builds(
        lambda mode, rule: {"deviceFilter": {"mode": mode, "rule": rule}},
        st.sampled_from(["include", "exclude"]),
        st.sampled_from(RULES),
    )
    strengths = st.none() | st.sampled_from([harbor.PHISHING_RESISTANT, WEAK_STRENGTH["id"]]).map(
        lambda one: {"id": one}
    )
    grants = st.just(harbor.grant("block")) | st.builds(
        lambda controls, operator, strength, terms: harbor.grant(
            *controls, operator=operator, authenticationStrength=strength, termsOfUse=terms
        ),
        some(CONTROLS, 1, 3),
        st.sampled_from(["AND", "OR"]),
        strengths,
        some([id_of("terms")], 0, 1),
    )
    sessions = st.none() | st.sampled_from(
        [harbor.frequency(4), harbor.frequency(2, "days"), harbor.frequency(None, None, "everyTime")]
    )
    clients = st.just(["all"]) | some(["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"], 1, 4)
    return st.builds(
        lambda **said: said,
        users=_people(),
        applications=apps,
        platforms=platforms,
        locations=locations,
        devices=devices,
        clientAppTypes=clients,
        signInRiskLevels=some(["low", "medium", "high"], 0, 3),
        userRiskLevels=st.just([]) | some(["low", "medium", "high"], 0, 3),
        insiderRiskLevels=st.none() | st.sampled_from(["elevated", "moderate,elevated"]),
        grantControls=grants,
        sessionControls=sessions,
        state=st.sampled_from(["enabled"] * 4 + ["disabled", "enabledForReportingButNotEnforced"]),
    )


def _sign_ins() -> st.SearchStrategy[SignIn]:
    device = st.none() | st.builds(
        Device,
        st.sampled_from(["Windows", "iOS", "MacOS"]),
        st.booleans(),
        st.sampled_from(["AzureAD", "ServerAD", "Workplace"]),
    )
    made = st.builds(
        SignIn,
        user=st.sampled_from([id_of(one) for one in USERS]),
        app=st.sampled_from([id_of(f"app {one}") for one in APPS]),
        method=st.sampled_from(METHODS),
        client=st.sampled_from(["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"]),
        device=device,
        platform=st.sampled_from([None, "windows", "iOS", "android", "macOS"]),
        address=st.sampled_from(["192.0.2.40", "203.0.113.7", "2001:db8:1::9"]),
        country=st.sampled_from(["DE", "US", ""]),
        sign_in_risk=st.sampled_from(list(LEVEL)),
        user_risk=st.sampled_from(list(LEVEL)),
        insider_risk=st.sampled_from(["none", "elevated"]),
        minutes=st.sampled_from([1, 30, 600, 4000]),
        uses_approved_app=st.booleans(),
        has_agreed=st.booleans(),
    )
    return made.map(_consistent)


def _consistent(one: SignIn) -> SignIn:
    """What signs in without a person knows a password alone, and a registered device says what it is."""
    if one.client in {"exchangeActiveSync", "other"}:
        one = replace(one, method="password", device=None)
    if one.device is not None:
        one = replace(one, platform={"MacOS": "macOS"}.get(one.device.platform, one.device.platform.replace("W", "w")))
    return one


@dataclass(frozen=True)
class Imported:
    """A company after an import, with what it has to be asked with."""

    company: Company
    items: tuple[Item, ...]
    groups: dict[str, frozenset[str]]
    apps: dict[str, str]

    @classmethod
    def of(cls, files: dict[str, Any], into: Company) -> Imported:
        read = understood(Entra(), files, Wishes())
        done = change_of(read, into, Wishes())
        listed = {row["email"]: frozenset(row["groups"].split(";")) for row in csv.DictReader(io.StringIO(done.people))}
        users = {one["id"]: one["mail"] for one in files["users.json"]["value"]}
        keys = {one.name: one.key for one in read.system.apps}
        return cls(
            done.company,
            read.account.items,
            {id_: listed[mail] for id_, mail in users.items() if mail in listed},
            {id_of(f"app {name}"): done.apps[key] for name, key in keys.items()},
        )

    def decide(self, one: SignIn) -> Decision | None:
        """Limen's answer; None for whoever did not come along."""
        if one.user not in self.groups:
            return None
        engine = self.company.engine()
        device = one.device
        supposed = Hypothetical(
            strength=STRENGTH.get(one.method, 2),
            proved=one.minutes * MINUTE,
            token=one.client in {"exchangeActiveSync", "other"},
            device="" if device is None else "compliant" if device.is_compliant else "non_compliant",
            managed=device is not None and device.join in {"AzureAD", "ServerAD"},
            platform="" if device is None else device.platform.lower(),
            address=one.address,
            country=one.country,
            risk=max(LEVEL[one.sign_in_risk], LEVEL[one.user_risk]),
        )
        now = supposed.now(engine.zone)
        person = Person("somebody", groups=self.groups[one.user], active=True)
        facts = supposed.facts(person, self.company.all_apps[self.apps[one.app]], "view", now)
        return engine.decide(Request("view"), facts, now)

    def said_of(self, place: int) -> Iterator[Item]:
        """What the report says of a policy, and of the named locations."""
        path = ("conditionalAccessPolicies.json", "value", place)
        for one in self.items:
            is_about = one.path[:3] == path or one.path[:1] == ("namedLocations.json",)
            if is_about and one.verdict in {Verdict.APPROXIMATED, Verdict.NOT_TRANSLATED}:
                yield one


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("entra") / "harbor"
    begin(folder, Answers("Harbor", "harbor.example"))
    return load_company(folder)


def _hold(files: dict[str, Any], imported: Imported, sign_ins: list[SignIn]) -> tuple[int, int]:
    """Hold the new answers against the old; how many are the same, and how many stricter."""
    tenant = Tenant(files)
    titles = {one["displayName"]: place for place, one in enumerate(tenant.policies)}
    same = stricter = 0
    for one in sign_ins:
        before, after = tenant.permits(one), imported.decide(one)
        is_permitted = after is not None and after.effect is Effect.PERMIT
        same, stricter = same + (before == is_permitted), stricter + (before and not is_permitted)
        if is_permitted and not before:
            assert tenant.may_use(one), one
            for policy in tenant.refusing(one):
                wider = [
                    item for item in imported.said_of(titles[policy["displayName"]]) if item.effect is Access.WIDER
                ]
                assert wider, (policy, one)
        if before and not is_permitted:
            assert after is not None, one
            for reason in after.reasons:
                assert not reason.policy.endswith("-only-as-before"), (one, reason)
                if reason.title in titles:
                    assert list(imported.said_of(titles[reason.title])), (tenant.policies[titles[reason.title]], one)
                else:
                    assert any(item.effect is Access.STRICTER and item.path == () for item in imported.items)
    return same, stricter


@given(data=st.data())
@settings(max_examples=size(60), deadline=None)
def test_what_conditional_access_refused_stays_refused_and_what_differs_is_told(
    begun: Company, data: st.DataObject
) -> None:
    several = data.draw(st.lists(_policies(), min_size=1, max_size=3))
    policies = [harbor.policy(f"Policy {place}", **said) for place, said in enumerate(several)]
    files = harbor.export(
        conditionalAccessPolicies=policies,
        authenticationStrengthPolicies=[*harbor.STRENGTHS, WEAK_STRENGTH],
        namedLocations=[*harbor.LOCATIONS, NOWHERE],
    )
    _hold(files, Imported.of(files, begun), data.draw(st.lists(_sign_ins(), min_size=30, max_size=40)))


@given(sign_ins=st.lists(_sign_ins(), min_size=100, max_size=120))
@settings(max_examples=size(10), deadline=None)
def test_harbors_tenant_answers_as_it_did(begun: Company, sign_ins: list[SignIn]) -> None:
    files = harbor.export()
    same, stricter = _hold(files, _harbor(begun), sign_ins)
    assert same > stricter


_MADE: dict[str, Imported] = {}


def _harbor(begun: Company) -> Imported:
    return _MADE.setdefault(begun.revision, Imported.of(harbor.export(), begun))
