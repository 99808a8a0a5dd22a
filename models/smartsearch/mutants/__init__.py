"""Known bugs of logs and pipelines, each a subclass that overrides one rule: what a simulator must find."""

from models.smartsearch.mutants import of_the_log

MUTANTS = {mutant.name: mutant for mutant in of_the_log.BUGS}
