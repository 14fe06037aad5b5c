"""How much the clouds take. Accounts can ask for more; what is emitted stays within what each account has."""

from __future__ import annotations

from typing import Final

AWS_RULES_PER_GROUP: Final = 60
"""In each direction and family (Amazon VPC User Guide, "Amazon VPC quotas"). A rule that names
a group counts for both families.
"""
AWS_GROUPS_PER_INTERFACE: Final = 5
AWS_ENTRIES_PER_ACL: Final = 20
"""In each direction (as above)."""
AZURE_RULES_PER_GROUP: Final = 1_000
"""Of a network security group (Azure subscription limits, "Networking limits")."""
AZURE_GROUPS: Final = 5_000
"""Of a subscription in one region (as above)."""
AZURE_ADDRESSES_PER_GROUP: Final = 4_000
"""Addresses and ports of all its rules, each side for itself (as above)."""
GCP_RANGES_PER_RULE: Final = 5_000
"""Of sources, or of destinations (Google Cloud VPC quotas, "Per rule")."""
GCP_RULES: Final = 1_000
"""Of a project, as it begins (as above)."""
MOST_CALLS: Final = 5_000
"""Of one round, to any firewall: Limen's own bound."""
