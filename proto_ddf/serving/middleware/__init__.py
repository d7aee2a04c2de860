"""Pure ASGI middleware, one class and module each. `stack.protect` has their order."""
