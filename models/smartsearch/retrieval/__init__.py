"""Retrieval: the k best documents of a tenant for a text, from the database's rows or from a replica of them."""
