"""Fleet, the open device management on top of osquery."""
