"""The sample source: a small shop, made up, to try Proto-DDF on at once.

Callers import `sample_database`.
"""
