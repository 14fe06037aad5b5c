"""Microsoft Entra ID asks Limen for the second factor (external authentication method), and each time it is decided."""
