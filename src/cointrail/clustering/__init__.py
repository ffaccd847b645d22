"""Tiers, union, the proof forest, and why two scripts are together."""
