"""/generate: the form, the plan, and the operation that makes the app."""
