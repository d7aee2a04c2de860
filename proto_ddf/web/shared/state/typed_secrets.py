"""Secrets that are typed in a form: the controls of assets/secret.jsx send them to the vault, and the form gets references."""

SEND = "window.dispatchEvent(new Event('outbox:send-secrets'))"
"""A script that makes every secret control of the page send its text."""
