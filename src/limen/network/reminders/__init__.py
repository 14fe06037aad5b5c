"""Owners are reminded of flows that are to be looked at again, or end."""
