"""Known bugs of logs and pipelines, each a subclass that overrides one rule: what a simulator must find."""

from models.smartsearch.mutants import of_the_log, of_the_pipeline

MUTANTS = {mutant.name: mutant for mutant in (*of_the_log.BUGS, *of_the_pipeline.BUGS)}
