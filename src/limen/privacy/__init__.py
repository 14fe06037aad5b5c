"""What people may ask of their own data: a copy, erasure, how long it is kept, and a notice that says all of it."""

from __future__ import annotations

from limen.enforcement import traffic_store  # noqa: F401 -- its table holds rows of people, and must be declared
