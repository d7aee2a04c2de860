"""From a plan to the files of an app, and what is done with these files later.

Callers import `render`, `package`, `manual_edits` and `atomic_replace`.
"""
