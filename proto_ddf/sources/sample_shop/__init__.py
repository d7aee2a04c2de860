"""The sample source: a small fictional shop for a first try of Proto-DDF.

Callers import `sample_database`.
"""
