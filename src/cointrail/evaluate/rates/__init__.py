"""The table of measured error: made from many worlds, and held against worlds that nobody has seen.

tally      what one world says: per stratum and hand the links asserted, and how many are wrong
groups     the strata that have a bound of their own, and the links that are quoted by each
maker make the table from tallies; from beginning to end
sources    the worlds that it is made from
check      a world that is new, against the table
"""
