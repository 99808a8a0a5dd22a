"""Ways to choose the next run, and what tries them."""
