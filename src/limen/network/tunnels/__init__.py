"""Tunnels of WireGuard: by which devices that are elsewhere come to the firewall, each with an address of its own."""
