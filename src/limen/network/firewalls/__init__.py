"""The firewalls that enforce the network, and whether they still do."""
