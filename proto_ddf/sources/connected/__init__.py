"""The sources that people connected: their records, secrets, references, health, and errors in their forms.

Callers import `store`, `secrets`, `references`, `health` and `form_errors`.
"""
