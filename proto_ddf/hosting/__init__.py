"""Hosting of generated apps: ports, builds, processes, health checks, restarts.

Other packages import `apps` (start, stop, list), `app_access`, `app_address`, `records`, `ports`, `launch`,
`replacement`, `source_drift`, `watcher` and `builds.frontend`. What runs inside the
process of an app is in `serving`.
"""
