"""From a schema to the plan of an app, and all changes of a plan: by a person, or because its source changed.

Callers import `plan`, `plan_edit`, `chart_edit`, `plan_extend` and `regenerate`.
"""
