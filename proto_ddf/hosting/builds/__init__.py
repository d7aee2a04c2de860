"""Builds of the front ends of apps: the tools, a queue, one child process each, and the reasons why one fails.

Callers import `frontend` and `toolchain`.
"""
