"""What each browser tab sees: one state for a list, one for a single row, as mixins."""
