"""What a network's rules mean, proved: for every packet there could be, and not for some that were tried. Pure."""
