"""The rules of network.yaml in the words of the firewalls that there are, each read back and proved equal."""
