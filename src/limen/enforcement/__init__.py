"""Where decisions are enforced: gateway, check server, app login. Each only does what `decision_point.py` answers."""
