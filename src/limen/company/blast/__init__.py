"""What is within reach of whoever takes over a person, a device, a workload, a host or a zone."""
