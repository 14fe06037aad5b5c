"""The network in zones: stated in one file, proved, compiled to the firewalls there are, and held against what is."""
