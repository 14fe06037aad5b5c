"""Jamf Pro, device management for what Apple makes."""
