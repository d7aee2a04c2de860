"""Repairs of what failed: each strategy is a kind of operation, `recover_<strategy>`, with live steps.

`RecoveryStrategies` chooses and starts them. `runner` is what others call; `views` is what pages show.
"""
