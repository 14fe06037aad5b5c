"""What may pass and what not: `data.yaml`, and the verdict about what was found."""
