"""Doors for people: what a decision opens in the firewall, for one address and for a while."""
