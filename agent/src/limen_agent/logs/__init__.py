"""What this machine's logs say, read on from where it was left, and sent to Limen under the device's key."""
