"""What people see of the network in zones, and what its firewalls ask."""
