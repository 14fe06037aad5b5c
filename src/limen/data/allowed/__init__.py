"""Values that are found and are not what they look like, such as order numbers: they may pass for a while."""
