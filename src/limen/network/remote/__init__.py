"""Firewalls that are told by an interface of their own: clouds, and gear that others make."""
