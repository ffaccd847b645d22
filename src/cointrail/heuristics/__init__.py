"""Citable guesses on one transaction. Pure."""
