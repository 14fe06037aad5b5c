"""Where a decision bites: gateway, check server, app login. Every door is thin, on `decision_point.py`."""
