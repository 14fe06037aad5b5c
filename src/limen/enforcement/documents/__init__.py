"""What is inside of uploads, downloads and messages that pass the gateway, and whether they may pass."""
