"""Admission: how much of Limen anybody may hold at once, for every listener, before anything else is asked.

`Admission` is one for the process; each listener takes a `Listener` of it, and has each connection `enter`.
"""

from limen.admission.admission import TOO_MANY, TOO_SLOW, Admission, Entry, FrontConnections, Listener
from limen.admission.crowd import Crowd
from limen.admission.limits import Limits
from limen.admission.source import network_of

__all__ = [
    "TOO_MANY",
    "TOO_SLOW",
    "Admission",
    "Crowd",
    "Entry",
    "FrontConnections",
    "Limits",
    "Listener",
    "network_of",
]
