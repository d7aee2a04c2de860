"""The kinds of channel, one module each. `registry` has them all."""
