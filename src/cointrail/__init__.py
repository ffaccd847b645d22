"""Cointrail follows a bitcoin trail on one machine and proves it.

Importing this package does nothing and takes no time; names are loaded when they are asked for.
"""

__version__ = "0.1.0"
