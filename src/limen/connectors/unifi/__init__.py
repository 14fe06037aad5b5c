"""UniFi Network, asked by its integration API."""
