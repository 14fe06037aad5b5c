"""A flow of the network that somebody asks for, in the words of network.yaml. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedFlow:
    """From one zone or host to another, by one service, for a purpose.

    `id` is what it will be called, `owner` who answers for it: a group or an email address. Days are ISO 8601: it is
    looked at again on `review`, and over on `expires` ("": it stays). `meaning` is a digest of the packets that it
    stands for: where names come to mean something else, what was approved is another flow.
    """

    id: str
    source: str
    destination: str
    service: str
    review: str
    expires: str
    owner: str
    meaning: str

    @property
    def way(self) -> str:
        """`office to erp by https`."""
        return f"{self.source} to {self.destination} by {self.service}"
