"""Worlds with known truth. Nothing on the tracing side imports this."""
