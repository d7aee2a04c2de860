"""/resilience: policies and breakers, and failures that are injected on purpose."""
