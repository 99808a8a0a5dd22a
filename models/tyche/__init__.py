"""Tyche: predictive preloading of machine-learning models in a serverless cluster, with a closed-form oracle.

`oracle` has the formulas, `measures` what a run gave, `figures` its pictures, `traces` a reader of public traces.
"""

from models.tyche import figures, measures, oracle, traces
from models.tyche.model import MODEL
from models.tyche.traces import FUNCTIONS_OF_CLASSES

__all__ = ["FUNCTIONS_OF_CLASSES", "MODEL", "figures", "measures", "oracle", "traces"]
