"""The tactics of MITRE ATT&CK (https://attack.mitre.org/tactics/enterprise/), in the order of an attack."""

from __future__ import annotations

from typing import Final

TACTICS: Final = {
    "reconnaissance": "Reconnaissance",
    "resource-development": "Resource development",
    "initial-access": "Initial access",
    "execution": "Execution",
    "persistence": "Persistence",
    "privilege-escalation": "Privilege escalation",
    "defense-evasion": "Defense evasion",
    "credential-access": "Credential access",
    "discovery": "Discovery",
    "lateral-movement": "Lateral movement",
    "collection": "Collection",
    "command-and-control": "Command and control",
    "exfiltration": "Exfiltration",
    "impact": "Impact",
}
"""By their words in the tags of Sigma, without `attack.`."""
