"""What was measured of the rules, as data that ships with the program, and what follows from it.

strata       by which marks of a transaction links are told apart
table        the measured table: its rows, its digest, the rate of one link
tiers        which tier a rule keeps in an era, by what was measured
combine      the bound of a path from the rates of its links
wording      the sentence that goes with it

No simulated world and no truth is needed here: whoever has them makes the table (`evaluate table`).
"""
