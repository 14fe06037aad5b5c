"""Frameworks that others ask by: which controls answer which of their items, and what to answer from evidence."""
