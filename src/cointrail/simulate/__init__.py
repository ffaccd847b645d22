"""Worlds with known truth. Nothing on the tracing side imports this."""

from cointrail.simulate.world import WorldSummary, simulate_world

__all__ = ["WorldSummary", "simulate_world"]
