"""A supervisor with short waits, for a command that the test gives: `python supervised.py WITHIN COMMAND...`."""

import sys

from proto_ddf import supervisor

supervisor.PAUSE_SECONDS = 0.05
supervisor.END_SECONDS = 1.0
supervisor.WITHIN_SECONDS = float(sys.argv[1])
sys.exit(supervisor.Supervisor(sys.argv[2:]).run())
