"""The sources that people connected: their records, secrets, health, and mistakes in their forms.

Callers import `store`, `secrets`, `health` and `form_errors`.
"""
