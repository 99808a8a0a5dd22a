"""Tyche: predictive preloading in a serverless cluster."""

from models.tyche.model import MODEL

__all__ = ["MODEL"]
