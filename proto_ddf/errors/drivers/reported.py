"""Exceptions of libraries without numbers, by the name of the class. They come as exceptions, or as the text of a child
process (ReportedError)."""

import re
from collections.abc import Iterator

from proto_ddf.errors.drivers import http_status, network
from proto_ddf.errors.drivers.finding import Finding

_BY_CLASS = {
    "reflex": {
        "page_invalid": """
            BackendVarFormatError BaseVarShadowsInheritedVarError ChildrenTypeError ComponentTypeError
            ComputedVarShadowsBaseVarsError ComputedVarShadowsStateVarError ComputedVarSignatureError
            DynamicComponentInvalidSignatureError DynamicComponentMissingLibraryError
            DynamicRouteArgShadowsStateVarError EventFnArgMismatchError EventHandlerArgTypeMismatchError
            EventHandlerShadowsBuiltInStateMethodError EventHandlerTypeError EventHandlerValueError
            GeneratedCodeHasNoFunctionDefsError HybridPropertyError InvalidPropValueError InvalidStylePropError
            MatchTypeError MissingAnnotationError PageValueError UntypedComputedVarError UntypedVarError
            VarAttributeError VarDependencyError VarNameError VarOperationTypeError VarTypeError VarValueError""",
        "configuration_invalid": """
            ConfigError EnvVarValueError EnvironmentVarValueError InvalidLockWarningThresholdError
            InvalidPluginConfigError InvalidStateManagerModeError RouteValueError""",
        "value_refused": "UploadTypeError UploadValueError",
        "toolchain_missing": "SystemPackageMissingError",
        "app_code_error": """
            ImmutableStateError InvalidLifespanTaskTypeError LockExpiredError PrimitiveUnserializableToJSONError
            ReflexRuntimeError SetUndefinedStateVarError StateMismatchError StateSchemaMismatchError
            StateSerializationError StateTooLargeError StateValueError UnretrievableVarValueError""",
    },
    "dbos": {
        "cancelled": "DBOSAwaitedWorkflowCancelledError DBOSWorkflowCancelledError",
        "configuration_invalid": "DBOSInitializationError",
        "invalid_value": "DBOSNonExistentWorkflowError",
        "timeout": "DBOSQueryTimeoutError DBOSStepTimeoutError DBOSStreamTimeoutError",
        "permission_denied": "DBOSNotAuthorizedError",
        "app_code_error": """
            DBOSPatchNondeterminismError DBOSStepNondeterminismError DBOSStreamNondeterminismError
            DBOSUnexpectedStepError DBOSWorkflowFunctionNotFoundError""",
    },
    "yaml": {
        "configuration_invalid": "YAMLError MarkedYAMLError ParserError ScannerError ComposerError ConstructorError"
    },
    "tomllib": {"configuration_invalid": "TOMLDecodeError"},
    "configparser": {
        "configuration_invalid": """
            DuplicateOptionError DuplicateSectionError Error InterpolationError MissingSectionHeaderError NoOptionError
            NoSectionError ParsingError"""
    },
    "dotenv": {"configuration_invalid": "Error"},
    "pydantic_settings": {"configuration_invalid": "SettingsError"},
    "cryptography": {"secret_unreadable": "InvalidToken InvalidSignature InvalidTag"},
    "urllib": {"configuration_invalid": "URLError"},
    "requests": {
        "connection_failed": "ChunkedEncodingError ConnectionError ProxyError",
        "timeout": "ConnectTimeout ReadTimeout Timeout",
        "configuration_invalid": "InvalidSchema InvalidURL MissingSchema",
        "integration_error": "TooManyRedirects",
        "file_not_json": "JSONDecodeError",
    },
    "urllib3": {
        "connection_failed": "MaxRetryError NewConnectionError ProtocolError",
        "timeout": "ConnectTimeoutError ReadTimeoutError",
        "host_unknown": "NameResolutionError",
    },
    "http": {
        "connection_failed": "IncompleteRead RemoteDisconnected",
        "integration_error": "BadStatusLine HTTPException",
    },
    "locale": {"configuration_invalid": "Error"},
    "zoneinfo": {"configuration_invalid": "ZoneInfoNotFoundError"},
    "smtplib": {
        "authentication_failed": "SMTPAuthenticationError",
        "connection_failed": "SMTPConnectError SMTPServerDisconnected",
        "value_refused": "SMTPRecipientsRefused SMTPSenderRefused",
    },
    "zlib": {"file_unreadable": "error"},
    "gzip": {"file_unreadable": "BadGzipFile"},
    "tarfile": {"file_unreadable": "ReadError TarError"},
    "xml": {"file_unreadable": "ParseError"},
    "openpyxl": {"file_not_excel": "InvalidFileException"},
    "binascii": {"value_refused": "Error"},
    "concurrent": {"timeout": "TimeoutError", "cancelled": "CancelledError"},
    "sqlalchemy": {
        "configuration_invalid": "ArgumentError",
        "driver_missing": "NoSuchModuleError",
        "table_unknown": "NoSuchTableError",
        "timeout": "TimeoutError",
    },
    "pydantic_core": {"invalid_value": "ValidationError"},
    "pydantic": {"invalid_value": "ValidationError"},
}
"""By the root package, by code: names of classes."""
_CODES = {
    (root, kind): code
    for root, codes in _BY_CLASS.items()
    for code, kinds in codes.items()
    for kind in kinds.split()
}
_STATUS = re.compile(r"(?:HTTP Error )?([45]\d\d)(?: (?:Client|Server) Error)?: ")
_HTTP = frozenset(
    {("urllib", "HTTPError"), ("requests", "HTTPError"), ("aiohttp", "ClientResponseError")}
)
_TRANSPORT = frozenset(
    {
        ("urllib", "URLError"),
        ("requests", "ConnectionError"),
        ("requests", "SSLError"),
        ("requests", "ProxyError"),
        ("urllib3", "SSLError"),
        ("urllib3", "MaxRetryError"),
        ("urllib3", "NewConnectionError"),
        ("httpcore", "ConnectError"),
    }
)
"""Errors whose text has the error of the operating system or of OpenSSL."""


class ReportedError(Exception):
    """An exception of which only the class's full name and the message are known."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def find(error: BaseException) -> Finding | None:
    for root, kind in _names(error):
        text = str(error)
        if (root, kind) in _HTTP and (status := _STATUS.match(text)):
            return http_status.find(int(status[1]))
        if (root, kind) in _TRANSPORT and (inner := network.find_in_text(text)):
            return inner
        if code := _CODES.get((root, kind)):
            return Finding(code, 0.9, {"reason": text})
    return None


def _names(error: BaseException) -> Iterator[tuple[str, str]]:
    """Root package and class, of an exception also those of its bases."""
    if isinstance(error, ReportedError):
        module, _, kind = error.name.rpartition(".")
        yield _root(module), kind
        return
    for one in type(error).__mro__:
        yield _root(one.__module__), one.__name__


def _root(module: str) -> str:
    """The package of a module. Reflex is divided into several."""
    root = module.partition(".")[0].lstrip("_")
    return "reflex" if root.startswith("reflex_") else root
