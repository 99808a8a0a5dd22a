"""Known bugs of Raft implementations, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it.
"""

from models.raft.mutants import of_the_paper, of_the_thesis

MUTANTS = {mutant.name: mutant for mutant in (*of_the_paper.BUGS, *of_the_thesis.BUGS)}
