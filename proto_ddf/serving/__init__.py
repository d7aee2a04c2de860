"""The one way in which Proto-DDF's own server and generated apps are served.

`runner` serves an ASGI app behind the middleware that `stack` puts around it. It runs in the process of an app too,
which `app_process` starts and which knows nothing of the rest of proto_ddf: so this package imports only itself, and
relatively.
"""
