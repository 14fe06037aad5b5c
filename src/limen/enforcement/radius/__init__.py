"""RADIUS: VPNs, Wi-Fi and network gear ask by it who may come in, through FreeRADIUS."""
