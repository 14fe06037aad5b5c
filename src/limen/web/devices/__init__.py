"""What agents ask, and where people confirm and prove the devices that they sit at."""
