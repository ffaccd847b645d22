"""Walks and flow accounting; every branch ends with a named stop reason."""
