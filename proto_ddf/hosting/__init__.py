"""Hosting of generated apps: ports, builds, processes, health checks, restarts.

Other packages import `apps` (start, stop, list), `records`, `ports`, `launch`, `replacement`, `source_drift`, `watcher`
and `builds.frontend`. `runner` and `watchdog` run inside the process of an app.
"""
