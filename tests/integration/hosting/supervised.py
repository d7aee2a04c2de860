"""A supervisor with short waits, for a command that the test gives: `python supervised.py WITHIN END COMMAND...`."""

import sys

from proto_ddf import supervisor

supervisor.PAUSE_SECONDS = 0.05
supervisor.WITHIN_SECONDS = float(sys.argv[1])
supervisor.END_SECONDS = float(sys.argv[2])
sys.exit(supervisor.Supervisor(sys.argv[3:]).run())
