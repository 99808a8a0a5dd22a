"""x"""
LANDMARKS = {}
