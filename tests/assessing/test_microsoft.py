"""Exports of Entra ID and Intune."""

from __future__ import annotations

from typing import Any

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import nothing, one, rows

from limen.assessing import microsoft
from limen.assessing.folder import RefusedError
from limen.assessing.kinds import Provider
from limen.clock import DAY, HOUR, to_iso

HARBOR = Harbor(people=3)
ADA = "ada.lindqvist@harbor.example"


def sign_in(**more: Any) -> Any:
    told = nothing()
    microsoft.take_sign_ins(told, one(**(HARBOR.sign_in(0, 0) | more)))
    return next(iter(told.sign_ins.values()), None)


def test_a_user_is_known_by_each_name_and_one_that_is_active_counts() -> None:
    told = nothing()
    user = HARBOR.user(0) | {"userPrincipalName": "ada@harbor.onmicrosoft.example"}
    microsoft.take_users(told, one(**user))
    microsoft.take_users(told, one(**user | {"accountEnabled": False}))
    assert told.accounts[Provider.ENTRA, ADA].is_active
    assert told.address_of("user-0000", "") == told.address_of("", "ada@harbor.onmicrosoft.example") == ADA
    with pytest.raises(RefusedError):
        microsoft.take_users(told, one(displayName="nobody"))


def test_of_two_reports_about_a_persons_factors_the_worse_counts() -> None:
    told = nothing()
    for methods in (["fido2SecurityKey", "microsoftAuthenticatorPush"], ["email"]):
        microsoft.take_factors(told, one(**HARBOR.factors(0) | {"methodsRegistered": methods}))
    assert (told.registered[ADA].has_code, told.registered[ADA].passkeys) == (False, 0)


def test_what_the_vendor_calls_not_registered_is_not_however_much_is_listed() -> None:
    told = nothing()
    microsoft.take_factors(told, one(**HARBOR.factors(0) | {"isMfaRegistered": False}))
    assert not told.registered[ADA].has_code


@pytest.mark.parametrize(
    ("more", "strength", "is_weak"),
    [
        ({}, 2, False),
        ({"authenticationDetails": [{"authenticationMethod": "FIDO2 security key", "succeeded": True}]}, 3, False),
        ({"authenticationDetails": [{"authenticationMethod": "Passkey", "succeeded": False}]}, 2, False),
        ({"authenticationDetails": [{"authenticationMethod": "Text message", "succeeded": True}]}, 2, True),
        ({"authenticationRequirement": "singleFactorAuthentication"}, 1, True),
        ({"authenticationRequirement": None}, 1, True),
        ({"clientAppUsed": "IMAP4"}, 1, True),
        ({"clientAppUsed": "IMAP4", "isInteractive": False}, 1, True),
    ],
)
def test_how_strong_a_sign_in_was(more: dict[str, Any], strength: int, is_weak: bool) -> None:
    found = sign_in(**more)
    assert (found.strength, bool(found.why)) == (strength, is_weak)


def test_what_failed_or_nobody_sat_at_counts_for_nothing() -> None:
    assert sign_in(status={"errorCode": 50126}) is None
    assert sign_in(isInteractive=False) is None


def test_what_the_provider_knew_of_device_place_and_risk() -> None:
    assert sign_in().known == {"device", "place", "risk"}
    assert sign_in(deviceDetail={}, location={}, riskLevelAggregated="hidden").known == frozenset()


def test_a_sign_in_of_tomorrow_is_refused_and_a_clock_a_little_ahead_is_not() -> None:
    assert sign_in(createdDateTime=to_iso(NOW + HOUR)).at == NOW
    with pytest.raises(RefusedError):
        sign_in(createdDateTime=to_iso(NOW + 3 * DAY))


def test_of_two_sign_ins_with_one_id_the_weaker_counts() -> None:
    told = nothing()
    for more in ({"authenticationRequirement": "singleFactorAuthentication"}, {}):
        microsoft.take_sign_ins(told, one(**HARBOR.sign_in(0, 0) | more))
    assert [each.strength for each in told.sign_ins.values()] == [1]


def test_sign_ins_as_the_admin_center_writes_them() -> None:
    told = nothing()
    text = (
        "Date (UTC),Request ID,User ID,Username,Application,Status,Sign-in error code,Client app,Device ID,"
        "Operating System,Browser,Managed,Location,Authentication requirement\n"
        "2026-12-02T08:00:00Z,r1,u1,ada@harbor.example,Teams,Success,,Browser,d1,Windows10,Edge 130,Yes,"
        '"Hamburg, DE",Multi-factor authentication\n'
        "2026-12-02T08:00:00Z,r2,u1,ada@harbor.example,Teams,Success,,Browser,,,,,,Single-factor authentication\n"
        "2026-12-02T08:00:00Z,r3,u1,ada@harbor.example,Teams,Failure,50126,Browser,,,,,,\n"
    )
    for each in rows(text):
        microsoft.take_sign_ins(told, each)
    assert {key: (found.strength, found.is_managed) for key, found in told.sign_ins.items()} == {
        "r1": (2, True),
        "r2": (1, False),
    }


def test_a_role_that_may_be_cut_is_refused() -> None:
    told = nothing()
    microsoft.take_roles(told, one(**HARBOR.role()))
    assert told.roles == {ADA: "Global Administrator", HARBOR.address(1): "Global Administrator"}
    with pytest.raises(RefusedError):
        microsoft.take_roles(told, one(displayName="a", members=[{"id": str(n)} for n in range(20)]))


def test_policies_say_whether_they_stop_anybody() -> None:
    told = nothing()
    for each in (*HARBOR.policies(), {"id": "x", "state": "strange"}):
        microsoft.take_policies(told, one(**each))
    assert [bool(each.why) for each in told.policies] == [False, True, True]


def test_apps_and_consents() -> None:
    told = nothing()
    for each in HARBOR.apps():
        microsoft.take_apps(told, one(**each))
    microsoft.take_consents(told, one(**HARBOR.consents()[0]))
    microsoft.take_consents(told, one(clientId="app-1", consentType="AllPrincipals", principalId="x", scope="a b"))
    assert [(each.by, each.scopes) for each in told.consents] == [
        ("user-0002", ("Mail.Read", "offline_access")),
        ("", ("a", "b")),
    ]
    assert told.apps["app-2"] == "Notes Helper"


def test_devices_of_intune_from_json_and_csv_are_alike() -> None:
    told = nothing()
    microsoft.take_intune(told, one(**HARBOR.device(0)))
    text = (
        "Device ID,Device name,Managed by,Ownership,Compliance,OS,OS version,Primary user UPN,Last check-in,"
        f"Serial number,Encrypted\nintune-0000,HARBOR-0000,Intune,Corporate,Compliant,Windows,10.0.26100.2314,{ADA},"
        f"{to_iso(NOW - 2 * HOUR)},SN000000,True\n"
    )
    microsoft.take_intune(told, next(iter(rows(text))))
    first, second = (each.record for each in told.devices)
    assert first == second
    with pytest.raises(RefusedError):
        microsoft.take_intune(told, one(deviceName="nobody"))
