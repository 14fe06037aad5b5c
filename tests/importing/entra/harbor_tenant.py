"""Harbor's tenant at Entra ID as Microsoft Graph (v1.0) tells of it. Everybody and every ID is invented."""

from __future__ import annotations

import json
import uuid
from typing import Any

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
PHISHING_RESISTANT = "00000000-0000-0000-0000-000000000004"

Object = dict[str, Any]


def id_of(name: str) -> str:
    """An ID that is the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.harbor.example"))


def user(account: str, name: str, department: str = "", **more: Any) -> Object:
    return {
        "id": id_of(account),
        "displayName": name,
        "userPrincipalName": f"{account}@harbor.example",
        "mail": f"{account}@harbor.example",
        "accountEnabled": True,
        "userType": "Member",
        "department": department or None,
        "preferredLanguage": None,
        "manager": None,
        "employeeHireDate": None,
        **more,
    }


def guest(account: str, name: str, home: str) -> Object:
    elsewhere = f"{account}_{home}#EXT#@harbor.onmicrosoft.example"
    return user(account, name, userType="Guest", userPrincipalName=elsewhere, mail=f"{account}@{home}")


def group(name: str, *members: str, **more: Any) -> Object:
    return {
        "id": id_of(name),
        "displayName": name,
        "description": None,
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "membershipRule": None,
        "members": [{"@odata.type": "#microsoft.graph.user", "id": id_of(one)} for one in members],
        **more,
    }


def assigned(principal: str, kind: str = "Group") -> Object:
    return {
        "id": id_of(f"assigned {principal}"),
        "appRoleId": "00000000-0000-0000-0000-000000000000",
        "principalId": id_of(principal),
        "principalType": kind,
        "principalDisplayName": principal,
    }


def principal(name: str, *assignments: Object, required: bool = True, **more: Any) -> Object:
    return {
        "id": id_of(f"principal {name}"),
        "appId": id_of(f"app {name}"),
        "displayName": name,
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": id_of("tenant"),
        "appRoleAssignmentRequired": required,
        "preferredSingleSignOnMode": None,
        "replyUrls": [],
        "loginUrl": None,
        "homepage": None,
        "appRoleAssignedTo": list(assignments),
        **more,
    }


def registration(name: str, *redirects: str, **more: Any) -> Object:
    return {
        "id": id_of(f"registration {name}"),
        "appId": id_of(f"app {name}"),
        "displayName": name,
        "identifierUris": [],
        "groupMembershipClaims": None,
        "web": {"redirectUris": list(redirects), "homePageUrl": None, "logoutUrl": None},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        "passwordCredentials": [],
        **more,
    }


def policy(name: str, **more: Any) -> Object:
    """A conditional access policy; what is not said is as Graph says it where nothing is chosen."""
    conditions: Object = {
        "userRiskLevels": [],
        "signInRiskLevels": [],
        "clientAppTypes": ["all"],
        "servicePrincipalRiskLevels": [],
        "insiderRiskLevels": None,
        "platforms": None,
        "locations": None,
        "devices": None,
        "clientApplications": None,
        "authenticationFlows": None,
        "applications": apps("All"),
        "users": people("All"),
    }
    given = {key: more.pop(key) for key in list(more) if key in conditions}
    return {
        "id": id_of(f"policy {name}"),
        "templateId": None,
        "displayName": name,
        "createdDateTime": "2025-03-11T09:12:44Z",
        "modifiedDateTime": None,
        "state": "enabled",
        "conditions": {**conditions, **given},
        "grantControls": None,
        "sessionControls": None,
        **more,
    }


def people(*included: str, **more: Any) -> Object:
    sides = ("Groups", "Roles")
    return {
        "includeUsers": list(included),
        "excludeUsers": [],
        **{f"{side}{what}": [] for side in ("include", "exclude") for what in sides},
        "includeGuestsOrExternalUsers": None,
        "excludeGuestsOrExternalUsers": None,
        **more,
    }


def apps(*included: str, **more: Any) -> Object:
    return {
        "includeApplications": list(included),
        "excludeApplications": [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
        **more,
    }


def grant(*controls: str, operator: str = "OR", **more: Any) -> Object:
    return {
        "operator": operator,
        "builtInControls": list(controls),
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
        **more,
    }


def frequency(value: int | None, unit: str | None = "hours", interval: str = "timeBased") -> Object:
    return {
        "disableResilienceDefaults": None,
        "applicationEnforcedRestrictions": None,
        "cloudAppSecurity": None,
        "persistentBrowser": None,
        "signInFrequency": {
            "value": value,
            "type": unit,
            "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": interval,
            "isEnabled": True,
        },
    }


USERS = [
    user("ada", "Ada Nwosu", "IT"),
    user("maren", "Maren Petersen", "Finance", preferredLanguage="de-DE", employeeHireDate="2021-02-01T00:00:00Z"),
    user("rohan", "Rohan Deshpande", "Finance", manager={"id": id_of("maren")}),
    user("yuki", "Yuki Tanabe", "Sales"),
    user("greta", "Greta Sommer", "Sales"),
    user("karim", "Karim Haddad", "Warehouse"),
    user("stefan", "Stefan Brandl", "IT"),
    user("olaf", "Olaf Winter", "Sales", accountEnabled=False),
    user("rescue", "Emergency access", ""),
    guest("hugo", "Hugo Marchetti", "auditors.example"),
]
GROUPS = [
    group("Finance", "maren", "rohan"),
    group("Sales", "yuki", "greta", "olaf", groupTypes=["Unified"], mailEnabled=True),
    group("Sales leads", "yuki"),
    group(
        "Everybody",
        "ada",
        "karim",
        "stefan",
        groupTypes=["DynamicMembership"],
        membershipRule='(user.userType -eq "Member")',
    ),
    group("Administrators", "ada"),
]
GROUPS[3]["members"] += [{"@odata.type": "#microsoft.graph.group", "id": id_of(one)} for one in ("Finance", "Sales")]
ROLE_ASSIGNMENTS = [
    {"id": "r1", "roleDefinitionId": GLOBAL_ADMINISTRATOR, "principalId": id_of("ada"), "directoryScopeId": "/"},
    {"id": "r2", "roleDefinitionId": HELPDESK_ADMINISTRATOR, "principalId": id_of("stefan"), "directoryScopeId": "/"},
    {
        "id": "r3",
        "roleDefinitionId": GLOBAL_ADMINISTRATOR,
        "principalId": id_of("greta"),
        "directoryScopeId": f"/administrativeUnits/{id_of('unit')}",
    },
]
ROLE_DEFINITIONS = [
    {"id": GLOBAL_ADMINISTRATOR, "templateId": GLOBAL_ADMINISTRATOR, "displayName": "Global Administrator"},
    {"id": HELPDESK_ADMINISTRATOR, "templateId": HELPDESK_ADMINISTRATOR, "displayName": "Helpdesk Administrator"},
]
CLAIMS = {
    "ClaimsMappingPolicy": {
        "Version": 1,
        "IncludeBasicClaimSet": "true",
        "ClaimsSchema": [
            {"Source": "user", "ID": "displayname", "SamlClaimType": "https://ledger.harbor.example/name"},
            {"Source": "user", "ID": "employeeid", "SamlClaimType": "https://ledger.harbor.example/number"},
        ],
    }
}
PRINCIPALS = [
    principal("Expenses", required=False, homepage="https://expenses.harbor.example/"),
    principal("Customers", assigned("Sales"), assigned("maren", "User")),
    principal(
        "Ledger",
        assigned("Finance"),
        preferredSingleSignOnMode="saml",
        replyUrls=["https://ledger.harbor.example/saml/acs"],
        servicePrincipalNames=["https://ledger.harbor.example/saml", id_of("app Ledger")],
        samlSingleSignOnSettings={"relayState": ""},
        claimsMappingPolicies=[{"id": "c1", "displayName": "Ledger", "definition": [json.dumps(CLAIMS)]}],
    ),
    principal("Stock", assigned("Everybody")),
    principal("Old intranet", assigned("Everybody"), accountEnabled=False),
    principal(
        "Office 365 Exchange Online", required=False, appOwnerOrganizationId="f8cdef31-a31e-4b4a-93e4-5f571e91255a"
    ),
    principal("Trello", required=False, appOwnerOrganizationId=id_of("another tenant")),
    principal("Backup job", servicePrincipalType="ManagedIdentity"),
]
APPLICATIONS = [
    registration("Expenses", "https://expenses.harbor.example/back", groupMembershipClaims="SecurityGroup"),
    registration(
        "Customers",
        "https://crm.harbor.example/signin-oidc",
        passwordCredentials=[{"secretText": "never-shown", "hint": "nev"}],
    ),
    registration("Ledger", identifierUris=["https://ledger.harbor.example/saml"]),
    registration("Stock", spa={"redirectUris": ["https://stock.harbor.example/"]}),
    registration("Old intranet", "https://intranet.harbor.example/back"),
]
LOCATIONS = [
    {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": id_of("office"),
        "displayName": "Office",
        "isTrusted": True,
        "ipRanges": [
            {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"},
            {"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8:1::/48"},
        ],
    },
    {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "id": id_of("countries"),
        "displayName": "Where we work",
        "countriesAndRegions": ["DE", "AT", "CH"],
        "includeUnknownCountriesAndRegions": False,
        "countryLookupMethod": "clientIpAddress",
    },
]
STRENGTHS = [
    {
        "id": PHISHING_RESISTANT,
        "displayName": "Phishing-resistant MFA",
        "policyType": "builtIn",
        "requirementsSatisfied": "mfa",
        "allowedCombinations": ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"],
        "combinationConfigurations": [],
    }
]
POLICIES = [
    policy(
        "CA001: Require multifactor authentication for all users",
        users=people("All", excludeUsers=[id_of("rescue")]),
        grantControls=grant("mfa"),
    ),
    policy(
        "CA002: Administrators use phishing-resistant sign-in",
        users=people(includeRoles=[GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR]),
        grantControls=grant(authenticationStrength={"id": PHISHING_RESISTANT}),
        sessionControls=frequency(4),
    ),
    policy(
        "CA003: Block legacy authentication",
        clientAppTypes=["exchangeActiveSync", "other"],
        grantControls=grant("block"),
    ),
    policy(
        "CA004: Ledger from a compliant device or the office",
        applications=apps(id_of("app Ledger")),
        locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        grantControls=grant("compliantDevice", "domainJoinedDevice"),
    ),
    policy(
        "CA005: Block from countries where we do not work",
        users=people("All", excludeGroups=[id_of("Sales leads")]),
        locations={"includeLocations": ["All"], "excludeLocations": [id_of("countries"), "AllTrusted"]},
        grantControls=grant("block"),
    ),
    policy(
        "CA006: Guests agree to the terms of use",
        users=people("GuestsOrExternalUsers"),
        grantControls=grant("mfa", operator="AND", termsOfUse=[id_of("terms")]),
    ),
    policy(
        "CA007: Secure sign-in at risk",
        signInRiskLevels=["high", "medium"],
        grantControls=grant("mfa"),
        sessionControls=frequency(None, None, "everyTime"),
    ),
    policy(
        "CA008: Phones use approved apps",
        platforms={"includePlatforms": ["android", "iOS"], "excludePlatforms": []},
        grantControls=grant("approvedApplication", "compliantApplication"),
        state="enabledForReportingButNotEnforced",
    ),
    policy(
        "CA009: Microsoft 365 from healthy devices",
        applications=apps("Office365"),
        grantControls=grant("compliantDevice"),
    ),
    policy(
        "CA010: Registering ways to sign in from the office",
        applications=apps(includeUserActions=["urn:user:registersecurityinfo"]),
        locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
        grantControls=grant("block"),
    ),
    policy(
        "CA011: Customers from Windows",
        state="disabled",
        applications=apps(id_of("app Customers")),
        grantControls=grant("mfa"),
    ),
    policy(
        "CA012: Insider risk",
        insiderRiskLevels="elevated",
        grantControls=grant("block"),
    ),
]


def export(**more: list[Object]) -> dict[str, Any]:
    """The files of the export, as they are once parsed; `more` stands for what a kind has instead."""
    kinds: dict[str, list[Object]] = {
        "users": USERS,
        "groups": GROUPS,
        "roleAssignments": ROLE_ASSIGNMENTS,
        "roleDefinitions": ROLE_DEFINITIONS,
        "servicePrincipals": PRINCIPALS,
        "applications": APPLICATIONS,
        "namedLocations": LOCATIONS,
        "authenticationStrengthPolicies": STRENGTHS,
        "conditionalAccessPolicies": POLICIES,
        **more,
    }
    return {f"{kind}.json": {"@odata.context": f"{CONTEXT}{kind}", "value": several} for kind, several in kinds.items()}
