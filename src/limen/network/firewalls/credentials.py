"""What firewalls are given, each with its end."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete

from limen.credentials import Ending, staying
from limen.network.firewalls import store
from limen.storage import Transaction


def _forget_tokens(transaction: Transaction, _ending: Ending) -> int:
    """One that was used since would be good again."""
    return int(transaction.connection.execute(delete(store.network_firewall_tokens)).rowcount)


CREDENTIALS: Final = (
    staying(
        "network_firewalls",
        "a firewall is the company's; it ends when it is removed",
        table=store.network_firewalls.name,
    ),
    staying(
        "network_firewall_tokens",
        "it is for one firewall of the company's, once, within a day",
        table=store.network_firewall_tokens.name,
        restored=_forget_tokens,
    ),
)
