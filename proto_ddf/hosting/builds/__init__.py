"""Builds of the front ends of apps: the tools, the queue, the child process of a build, and why a build failed.

Callers import `frontend` and `toolchain`.
"""
