"""Accounts that Limen keeps at apps: who has one, how it gets there, and how it ends with whoever leaves."""
