"""Mixins and states that several pages use: errors, live updates, the operation that a page shows."""
