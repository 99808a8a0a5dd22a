"""The steps by which a failing case is made small, and what tries them."""
