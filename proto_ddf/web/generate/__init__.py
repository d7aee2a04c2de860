"""/generate: the form, the plan, and the operation that generates the app."""
