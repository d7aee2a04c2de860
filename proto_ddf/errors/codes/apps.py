"""Why an app could not be installed, built or run, as far as the output of the tools says it."""

from functools import partial

from proto_ddf.errors.codes.model import system_error

_app = partial(system_error, category="persistent")


CODES = (
    _app(
        "package_not_found",
        "Package not found",
        "The package registry does not have [“{package}”|a package that the app needs][: {reason}].",
        "Check the name and the version of the package, then try again.",
        severity="medium",
    ),
    _app(
        "package_conflict",
        "Packages do not fit together",
        "No versions of the packages fit together[: {reason}].",
        "Change the versions that are asked for, then try again.",
        severity="medium",
    ),
    _app(
        "package_damaged",
        "Package is damaged",
        "A package cannot be used as it was downloaded or built[: {reason}].",
        "Choose another version of the package, or empty the cache of packages, then try again.",
        severity="medium",
    ),
    _app(
        "registry_refused",
        "Package registry refused",
        "[{system}|The package registry] does not hand out [“{package}”|a package][: {reason}].",
        "Check the address of the registry, and the user name and password for it, then try again.",
        severity="medium",
    ),
    _app(
        "code_syntax_error",
        "Mistake in the code",
        "A file of the app cannot be read[: {reason}][ ({location})].",
        "Correct the line, then try again.",
    ),
    _app(
        "module_missing",
        "Module not found",
        "The app uses [“{module}”|a module], which is not installed[: {reason}][ ({location})].",
        "Add the package to the requirements of the app, or correct the import, then try again.",
    ),
    _app(
        "page_invalid",
        "Page cannot be built",
        "A page of the app cannot be built[: {reason}][ ({location})].",
        "Correct the page, then try again.",
    ),
    _app(
        "configuration_invalid",
        "Configuration cannot be used",
        "A setting is missing or cannot be used[: {reason}][ ({location})].",
        "Correct the setting, then try again.",
        severity="medium",
    ),
    _app(
        "app_code_error",
        "Error in the app's code",
        "The code of the app failed[: {reason}][ ({location})].",
        "The log shows the cause. Correct the code, then try again.",
    ),
    _app(
        "cancelled",
        "Cancelled",
        "The work was cancelled[: {reason}].",
        "Start it again if it is still wanted.",
        category="user",
        severity="low",
    ),
)
