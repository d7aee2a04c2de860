"""/operations and /operations/[id]: what runs and ran."""
