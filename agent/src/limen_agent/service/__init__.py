"""The agent as a service: looks when something changes and at intervals, reports, and listens."""
