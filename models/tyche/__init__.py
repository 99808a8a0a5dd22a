"""Tyche: predictive preloading of machine-learning models in a serverless cluster, with a closed-form oracle.

`oracle` has the formulas, `measures` what a run gave, `figures` its pictures, `traces` a reader of public traces.
"""

from models.tyche import figures, measures, oracle, traces
from models.tyche.events import Asked, Served, Taken
from models.tyche.messages import Answer, Invoke
from models.tyche.model import MODEL
from models.tyche.parts import Parts
from models.tyche.settings import FunctionEntry, Settings
from models.tyche.traces import FUNCTIONS_OF_CLASSES
from models.tyche.worker import Worker

__all__ = [
    "FUNCTIONS_OF_CLASSES",
    "MODEL",
    "Answer",
    "Asked",
    "FunctionEntry",
    "Invoke",
    "Parts",
    "Served",
    "Settings",
    "Taken",
    "Worker",
    "figures",
    "measures",
    "oracle",
    "traces",
]
