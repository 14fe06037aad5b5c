"""Decides: schema, request, engine, reasons, remedies. Pure: no clock, no IO."""
