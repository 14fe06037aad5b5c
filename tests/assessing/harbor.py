"""The exports of Harbor, an invented company of 300 people, as the vendors' own tools write them: each file by a
function, so that a test may leave one out or change one person in it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from limen.clock import DAY, HOUR, Instant, to_iso

NOW: Final[Instant] = int(datetime(2026, 12, 3, 12, tzinfo=UTC).timestamp() * 1000)
DOMAIN: Final = "harbor.example"
_FIRST: Final = (
    *("Ada", "Ben", "Mia", "Noor", "Olu", "Pia", "Quentin", "Rosa", "Sven", "Tara"),
    *("Uwe", "Vera", "Wim", "Xenia", "Yuri", "Zoe", "Ines", "Jon", "Kim", "Lea"),
)
_LAST: Final = (
    *("Lindqvist", "Okafor", "Weber", "Haddad", "Moreau", "Novak", "Rossi", "Santos"),
    *("Meyer", "Berg", "Fischer", "Adler", "Costa", "Dunn", "Evers"),
)


@dataclass
class Harbor:
    """`without_factor`, `with_passkey`, `weak`, `leavers`: numbers of people; `people`: how many there are."""

    people: int = 300
    without_factor: frozenset[int] = frozenset()
    with_passkey: frozenset[int] = frozenset()
    weak: frozenset[int] = frozenset()
    administrators: frozenset[int] = frozenset({0, 1})
    not_encrypted: frozenset[int] = frozenset()
    days: int = 31
    left_out: set[str] = field(default_factory=set)
    now: Instant = NOW

    def name(self, number: int) -> str:
        return f"{_FIRST[number % 20]} {_LAST[number // 20 % 15]}"

    def address(self, number: int) -> str:
        return f"{self.name(number).lower().replace(' ', '.')}@{DOMAIN}"

    @property
    def numbers(self) -> range:
        return range(self.people)

    def files(self) -> dict[str, str]:
        """Every file of a whole export, by its name."""
        return {
            "people.csv": self.list_of_people(),
            "users.json": graph("users", map(self.user, self.numbers)),
            "factors.json": graph("userRegistrationDetails", map(self.factors, self.numbers)),
            "sign-ins.json": graph("signIns", [one for number in self.numbers for one in self.sign_ins(number)]),
            "roles.json": graph("directoryRoles", [self.role()]),
            "policies.json": graph("policies", self.policies()),
            "apps.json": graph("servicePrincipals", self.apps()),
            "consents.json": graph("oauth2PermissionGrants", self.consents()),
            "intune.json": graph("managedDevices", map(self.device, self.numbers)),
            "devices.csv": self.list_of_devices(),
            "firewall.v4": FIREWALL,
            "firewall.v6": FIREWALL_6,
            "addresses.json": ADDRESSES,
            f"{DOMAIN}.zone": ZONE,
        }

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        for name, text in self.files().items():
            if name not in self.left_out:
                (folder / name).write_text(text, "utf-8")
                os.utime(folder / name, (self.now / 1000 - 3600,) * 2)
        return folder

    # What stands in them

    def list_of_people(self) -> str:
        return "name,email,last_day\n" + "".join(f"{self.name(one)},{self.address(one)},\n" for one in self.numbers)

    def user(self, number: int) -> dict[str, Any]:
        return {
            "id": f"user-{number:04}",
            "displayName": self.name(number),
            "userPrincipalName": self.address(number),
            "mail": self.address(number),
            "accountEnabled": True,
            "userType": "Member",
            "createdDateTime": "2024-01-08T09:00:00Z",
        }

    def factors(self, number: int) -> dict[str, Any]:
        has_one = number not in self.without_factor
        methods = ["fido2SecurityKey"] if number in self.with_passkey else ["microsoftAuthenticatorPush"]
        return {
            "id": f"user-{number:04}",
            "userPrincipalName": self.address(number),
            "isAdmin": number in self.administrators,
            "isMfaRegistered": has_one,
            "isMfaCapable": has_one,
            "methodsRegistered": methods if has_one else [],
        }

    def sign_ins(self, number: int) -> list[dict[str, Any]]:
        """One on each day, on the person's own laptop."""
        return [self.sign_in(number, day) for day in range(self.days)]

    def sign_in(self, number: int, day: int, **more: Any) -> dict[str, Any]:
        method = "FIDO2 security key" if number in self.with_passkey else "Microsoft Authenticator (push)"
        is_weak = number in self.weak or number in self.without_factor
        return {
            "id": f"sign-in-{number}-{day}",
            "createdDateTime": to_iso(self.now - day * DAY - HOUR),
            "userPrincipalName": self.address(number),
            "userId": f"user-{number:04}",
            "appDisplayName": "Office 365 SharePoint Online" if day % 2 else "Microsoft Teams",
            "clientAppUsed": "Browser",
            "isInteractive": True,
            "authenticationRequirement": "singleFactorAuthentication" if is_weak else "multiFactorAuthentication",
            "authenticationDetails": [{"authenticationMethod": method, "succeeded": True}],
            "riskLevelAggregated": "none",
            "status": {"errorCode": 0, "failureReason": "Other."},
            "location": {"city": "Hamburg", "countryOrRegion": "DE"},
            "deviceDetail": {
                "deviceId": f"entra-device-{number:04}",
                "displayName": f"HARBOR-{number:04}",
                "operatingSystem": "Windows11",
                "browser": "Edge 130.0",
                "isManaged": True,
            },
            **more,
        }

    def role(self) -> dict[str, Any]:
        members = [
            {"@odata.type": "#microsoft.graph.user", "id": f"user-{one:04}", "userPrincipalName": self.address(one)}
            for one in sorted(self.administrators)
        ]
        return {"id": "role-1", "displayName": "Global Administrator", "roleTemplateId": "62e9", "members": members}

    def policies(self) -> list[dict[str, Any]]:
        return [
            {"id": "ca-1", "displayName": "MFA for everybody", "state": "enabled"} | _CONDITIONS,
            {"id": "ca-2", "displayName": "Block legacy", "state": "enabledForReportingButNotEnforced"} | _CONDITIONS,
        ]

    def apps(self) -> list[dict[str, Any]]:
        names = {"app-1": "Microsoft Teams", "app-2": "Notes Helper"}
        return [
            {"id": key, "appId": f"id-of-{key}", "displayName": name, "servicePrincipalType": "Application"}
            for key, name in names.items()
        ]

    def consents(self) -> list[dict[str, Any]]:
        scope = " Mail.Read offline_access "
        return [{"clientId": "app-2", "consentType": "Principal", "principalId": "user-0002", "scope": scope}]

    def device(self, number: int) -> dict[str, Any]:
        return {
            "id": f"intune-{number:04}",
            "deviceName": f"HARBOR-{number:04}",
            "azureADDeviceId": f"entra-device-{number:04}",
            "managedDeviceOwnerType": "company",
            "managementAgent": "mdm",
            "complianceState": "compliant",
            "operatingSystem": "Windows",
            "osVersion": "10.0.26100.2314",
            "userPrincipalName": self.address(number),
            "lastSyncDateTime": to_iso(self.now - 2 * HOUR),
            "serialNumber": f"SN{number:06}",
            "isEncrypted": number not in self.not_encrypted,
            "jailBroken": "Unknown",
        }

    def list_of_devices(self) -> str:
        at = (datetime.fromtimestamp(self.now / 1000, UTC) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S")
        rows = (f"HARBOR-{one:04},Windows 11,10.0.26100,{at}\n" for one in self.numbers)
        return "hostname,os,version,last seen\n" + "".join(rows)


def graph(kind: str, values: Any) -> str:
    """As Graph answers, all pages in one."""
    context = f"https://graph.microsoft.com/v1.0/$metadata#{kind}"
    return json.dumps({"@odata.context": context, "value": list(values)})


_CONDITIONS: Final[dict[str, Any]] = {"conditions": {}, "grantControls": {"builtInControls": ["mfa"]}}

FIREWALL: Final = """# Generated by iptables-save
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i office -o servers -p tcp -m tcp --dport 443 -j ACCEPT
-A FORWARD -i office -o wan -j ACCEPT
-A FORWARD -i guests -o wan -j ACCEPT
COMMIT
"""
FIREWALL_6: Final = """# Generated by ip6tables-save
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p ipv6-icmp -j ACCEPT
COMMIT
"""
ADDRESSES: Final = json.dumps(
    [
        {"ifname": name, "addr_info": [{"family": "inet", "local": local, "prefixlen": 24}]}
        for name, local in (("office", "10.10.0.1"), ("servers", "10.20.0.1"), ("guests", "10.40.0.1"))
    ]
)
ZONE: Final = f"""$ORIGIN {DOMAIN}.
$TTL 3600
@ IN SOA ns1 hostmaster 1 7200 3600 1209600 3600
@ IN NS ns1
@ IN MX 0 harbor-example.mail.protection.outlook.com.
@ IN TXT "v=spf1 include:spf.protection.outlook.com -all"
_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"
selector1._domainkey IN CNAME selector1-harbor-example._domainkey.harbor.onmicrosoft.com.
ns1 IN A 192.0.2.53
"""
