"""From a schema to the plan of an app, and every change of a plan: by a person, or by a source that changed.

Callers import `plan`, `plan_edit`, `chart_edit`, `plan_extend` and `regenerate`.
"""
