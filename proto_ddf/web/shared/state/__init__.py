"""Mixins and states that several pages use: errors, live updates, one operation under watch."""
