"""What Microsoft Entra ID says of itself by Microsoft Graph (v1.0), as the company folder of Limen."""
