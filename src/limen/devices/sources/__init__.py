"""Who else tells of devices: device management, osquery, and whatever a company sends by itself."""
