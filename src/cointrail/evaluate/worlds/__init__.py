"""Methods on simulated worlds, against what is true there.

truth strata                  who holds what; by which marks statements are told apart
links clusters change walks   statements about pairs of scripts, whole partitions, change, and one coin's way
cluster_intervals base_rate   intervals of partitions; what a verdict is worth where change is rarer
gate holders                  verdicts by what transactions truly are; who spends what another received
money taint services          where money truly went, policies against it, addresses that are recognised
one pool                      a world's counts; counts of many worlds, and their bounds
many sweep compare            many worlds at once, one share varied, two runs side by side
tables parquet                what is written for programs
page page_money sweep_page    what people read
plots svg markdown            how it is drawn and set
"""
