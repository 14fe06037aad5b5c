"""Firewalls that follow Limen: routers and servers with nftables, on which `limen_firewall` runs."""
