"""Proto-DDF's own database: one SQLite file in the home folder.

Import `tables` (the records), `engine.session` to read and `writing.write` to write; pages never import this package.
"""
