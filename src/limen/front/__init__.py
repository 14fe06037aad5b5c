"""The front: https for one machine. Caddy is told what to do, watched, and says that Limen is down while it is."""
