"""Who sends what happens: their section of `monitor.yaml`, what proves them, and how it goes with each."""
