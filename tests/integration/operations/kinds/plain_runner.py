"""Replaces serving/app_process.py in tests: a process that answers with the plan of the app in whose folder it was
started.

If the app's folder has a file `broken`, it ends at once; if it has a file `sick`, its first page fails."""

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PLAN = Path("app.json").read_bytes()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500 if Path("sick").exists() else 200)
        self.end_headers()
        self.wfile.write(PLAN)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--log")
    arguments = parser.parse_args()
    print("Starting on a test", flush=True)
    if Path("broken").exists():
        raise ValueError("broken on purpose")
    ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler).serve_forever()
