"""The pages below /settings."""
