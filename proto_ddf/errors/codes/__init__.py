"""The codes, one module per group. `proto_ddf.errors.catalogue` joins them."""
