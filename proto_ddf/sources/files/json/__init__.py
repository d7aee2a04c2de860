"""JSON and JSON Lines files.

`kind` has the kind for the registry.
"""
