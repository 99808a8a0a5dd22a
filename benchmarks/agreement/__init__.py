"""Experiments on Byzantine agreement: what protocols cost, and what an adversary can do to them."""
