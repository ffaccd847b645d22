"""Methods on simulated worlds, against what is true there.

truth strata                  who holds what; by which marks statements are told apart
links clusters change walks   statements about pairs of scripts, whole partitions, change, and one coin's way
gate                          verdicts by what transactions truly are
one pool                      a world's counts; counts of many worlds, and their bounds
many                          many worlds at once
page plots                    what people read
"""
