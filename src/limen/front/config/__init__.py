"""What nginx, Caddy and Envoy are told, made from the lists that Limen's own gateway goes by."""
