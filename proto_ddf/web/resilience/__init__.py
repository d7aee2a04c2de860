"""/resilience: policies, circuit breakers and fault injection."""
