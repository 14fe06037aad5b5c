"""What sensors say of devices: EDR products, network sensors, and whoever shares signals."""
