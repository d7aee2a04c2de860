"""Writes the files of an app from its plan, replaces them, packs them and finds manual edits.

Callers import `render`, `package`, `manual_edits` and `atomic_replace`.
"""
