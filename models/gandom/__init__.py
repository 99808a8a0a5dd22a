"""Gandom Bakery: storefronts and a back office that sell from one stock, a payment provider, admins and scanners."""

from models.gandom.model import MODEL

__all__ = ["MODEL"]
