"""Tests of the checks of transactions."""
