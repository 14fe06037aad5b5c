"""What other firewalls say, read into the one shape that everything is proved in."""
