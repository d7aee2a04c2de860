"""Errors of this machine and of this program, and the code for unknown errors."""

from proto_ddf.errors.codes.model import Category, ErrorCode, Severity


def _machine(
    code: str,
    title: str,
    message: str,
    hint: str,
    *,
    category: Category = "system",
    severity: Severity = "high",
) -> ErrorCode:
    return ErrorCode(
        code, "system", category, severity, False, title, message, hint, try_again=True
    )


CODES = (
    _machine(
        "too_early",
        "Too early to try again",
        "The failed action is paused[ for another {retry_after} s].",
        "Wait until Try Again is active.",
        category="transient",
        severity="low",
    ),
    _machine(
        "port_in_use",
        "Port is in use",
        "[Port {port}|The port] is already in use by another program.",
        "Stop the program that uses it or choose another port, then try again.",
        category="persistent",
        severity="medium",
    ),
    _machine(
        "port_unavailable",
        "No free port",
        "[Port {port} is taken, and no|No] two free ports are left[ between {start} and {end}].",
        "Delete an app you no longer need, or widen the range (PORT_RANGE_START, PORT_RANGE_END), "
        "then try again.",
    ),
    _machine(
        "disk_space_low",
        "Disk is full",
        "There is not enough free space on the disk[: {required} needed, {available} free]"
        "[ (while writing “{path}”)].",
        "Free some space, then try again. Finished steps are kept.",
        severity="critical",
    ),
    _machine(
        "out_of_memory",
        "Out of memory",
        "There was not enough memory[ for “{command}”].",
        "Close other programs or use less data, then try again.",
        severity="critical",
    ),
    _machine(
        "process_killed",
        "A program was killed",
        "[“{command}”|A program that Proto-DDF needs] was killed[ (exit code {exit_code})]. "
        "The system does that when memory runs out.",
        "Close other programs or add memory, then try again.",
    ),
    ErrorCode(
        "too_many_open_files",
        "system",
        "transient",
        "high",
        True,
        "Too many open files",
        "As many files and connections are open as the system allows[: {reason}].",
        "Wait a moment, then try again. If it happens again, raise the limit (ulimit -n) and restart Proto-DDF.",
        try_again=True,
    ),
    _machine(
        "records_unavailable",
        "Proto-DDF's records cannot be used",
        "A database file of Proto-DDF's own was moved, deleted or replaced.",
        "Put the file back, then try again. The top of each page says which file it is.",
        severity="critical",
    ),
    _machine(
        "permission_denied",
        "Permission denied",
        "Proto-DDF is not allowed to use [“{path}”|a file or folder that it needs].",
        "Give the user who runs Proto-DDF the right to read and write there, then try again.",
    ),
    _machine(
        "system_error",
        "Something failed on this machine",
        "[{message}|A part of Proto-DDF could not do its work.]",
        "Try again. If it happens again, see the details.",
    ),
    _machine(
        "install_failed",
        "Installing failed",
        "The front-end packages of the app could not be installed[: {reason}].",
        "See the log for the cause; often the package registry was unreachable. Then try again.",
        category="persistent",
    ),
    _machine(
        "build_failed",
        "Building failed",
        "The app's pages could not be built[: {reason}].",
        "The log shows the cause. Fix it, then try again.",
        category="persistent",
    ),
    _machine(
        "app_start_failed",
        "App did not start",
        "[“{app}”|The app] ended, or did not answer in time[: {reason}].",
        "The app's log shows the cause. Fix it, then try again.",
        category="persistent",
    ),
    _machine(
        "app_check_failed",
        "App does not answer correctly",
        "[“{app}”|The app] runs, but its page could not be loaded[: {reason}].",
        "The app's log shows the cause. Fix it, then try again.",
        category="persistent",
    ),
    _machine(
        "app_crashed",
        "App crashed",
        "[“{app}”|The app] ended unexpectedly[ (exit code {exit_code})][: {reason}]."
        "[ Crashes so far: {crashes}.]",
        "The app's log shows the cause. Fix it, then start the app again.",
        category="persistent",
    ),
    _machine(
        "process_failed",
        "A program failed",
        "[“{command}”|A program that Proto-DDF needs] ended with an error[ (exit code {exit_code})][: {reason}].",
        "The log shows its output. Fix the cause, then try again.",
        category="persistent",
    ),
    _machine(
        "render_failed",
        "Code could not be written",
        "The app's code could not be written[: {reason}].",
        "Try again. If it happens again, see the details.",
        category="persistent",
    ),
    _machine(
        "import_failed",
        "Import failed",
        "The rows[ of “{table}”] could not be imported[ (line {line})][: {reason}].",
        "Correct the data in the source, then try again.",
        category="persistent",
    ),
    _machine(
        "home_locked",
        "Already running",
        "Another Proto-DDF server already uses this home folder[ ({path})][, process {pid}].",
        "Use that one, or stop it first.",
    ),
    _machine(
        "toolchain_missing",
        "A build tool is missing",
        "[{tool}|A tool that builds apps] was not found or is too old.",
        "Run “make run” once: it installs the tools. Then try again.",
    ),
    ErrorCode(
        "unknown",
        "general",
        "persistent",
        "medium",
        False,
        "Something unexpected went wrong",
        "An error occurred[: {message}]",
        "Try again. If it happens again, copy the details and report them.",
        try_again=True,
    ),
)
