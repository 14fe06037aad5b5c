"""Where a decision bites: gateway, check server, app login. Every door is a thin file on `doors.py`, the one way in."""
