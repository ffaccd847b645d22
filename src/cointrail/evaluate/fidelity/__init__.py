"""How like real blocks a composed world is, by era.

features        what a transaction shows without its spent outputs, as whole numbers
samples real    transactions of real blocks and of composed worlds, as rows of features
distances       marginals and key joints, each with a limit
classifier      real or made up? with what it goes by
run             an era's gates
page plots      the readable page
kept            what the shipped gates say of an era
"""
