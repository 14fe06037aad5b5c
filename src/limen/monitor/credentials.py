"""What proves those who send logs, with its end."""

from __future__ import annotations

from typing import Final

from limen.credentials import Ending, staying
from limen.monitor.sources import store
from limen.storage import Transaction


def _end_senders(transaction: Transaction, _ending: Ending) -> int:
    """A sender that was removed since, because others had its proof, would be good again: all get new ones."""
    for one in store.every(transaction.connection):
        transaction.changed(store.CHANGED, one.id)
    return store.remove_all(transaction.connection)


CREDENTIALS: Final = (
    staying(
        "log_senders",
        "a sender of logs is the company's, and tells of everybody",
        table=store.log_senders.name,
        restored=_end_senders,
    ),
)
