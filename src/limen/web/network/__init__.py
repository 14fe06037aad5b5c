"""Pages of the network, and what its firewalls ask."""
