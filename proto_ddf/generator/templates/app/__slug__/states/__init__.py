"""The state of each browser tab: mixins for a list, a single row and the dashboard."""
