"""Tunnels of WireGuard, which `limen-agent connect` makes, and nothing else: no order of Limen's begins one."""
