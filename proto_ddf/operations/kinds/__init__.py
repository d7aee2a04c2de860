"""The kinds of operation, with the steps of each. Pages import the inputs; `all_kinds` makes all of them known."""
