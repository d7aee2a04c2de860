"""Generated apps at run time: ports, builds, processes, health."""
