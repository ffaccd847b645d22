"""Prices and currencies: a rate always comes with its source and its time."""
