"""Codes of exceptions without numbers, by the names of their classes."""

from collections.abc import Mapping

_BY_CLASS: Mapping[str, Mapping[str, str]] = {
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
    "alembic": {"configuration_invalid": "CommandError"},
    "anyio": {"connection_failed": "BrokenResourceError ClosedResourceError EndOfStream"},
    "bz2": {"file_unreadable": "error"},
    "click": {
        "configuration_invalid": """
            BadArgumentUsage BadOptionUsage BadParameter ClickException FileError MissingParameter NoSuchOption
            UsageError"""
    },
    "email": {"value_refused": "HeaderParseError MessageError MessageParseError"},
    "engineio": {"connection_failed": "ConnectionError"},
    "ftplib": {
        "integration_error": "error_proto error_reply",
        "authentication_failed": "error_perm",
    },
    "getopt": {"configuration_invalid": "GetoptError"},
    "granian": {"configuration_invalid": "ConfigurationError"},
    "h11": {"integration_error": "RemoteProtocolError"},
    "httpcore": {
        "connection_failed": "ConnectError ReadError RemoteProtocolError WriteError",
        "timeout": "ConnectTimeout PoolTimeout ReadTimeout WriteTimeout",
    },
    "idna": {"configuration_invalid": "IDNAError InvalidCodepoint"},
    "importlib": {"driver_missing": "PackageNotFoundError"},
    "jinja2": {
        "code_syntax_error": "TemplateAssertionError TemplateSyntaxError",
        "configuration_invalid": "TemplateNotFound TemplatesNotFound",
    },
    "lzma": {"file_unreadable": "LZMAError"},
    "mako": {"code_syntax_error": "CompileException SyntaxException"},
    "multiprocessing": {"authentication_failed": "AuthenticationError", "timeout": "TimeoutError"},
    "netrc": {"configuration_invalid": "NetrcParseError"},
    "optparse": {"configuration_invalid": "BadOptionError OptParseError OptionValueError"},
    "packaging": {
        "configuration_invalid": "InvalidMarker InvalidRequirement InvalidSpecifier InvalidVersion"
    },
    "plistlib": {"file_unreadable": "InvalidFileException"},
    "psycopg_pool": {"timeout": "PoolTimeout", "too_many_connections": "TooManyRequests"},
    "py_compile": {"code_syntax_error": "PyCompileError"},
    "redis": {
        "authentication_failed": "AuthenticationError",
        "connection_failed": "ConnectionError",
        "timeout": "TimeoutError",
    },
    "socketio": {"connection_failed": "ConnectionError", "timeout": "TimeoutError"},
    "tomli": {"code_syntax_error": "TOMLDecodeError"},
    "tokenize": {"code_syntax_error": "TokenError"},
    "websockets": {
        "connection_failed": "ConnectionClosed ConnectionClosedError InvalidHandshake InvalidMessage",
    },
    "zipimport": {"module_missing": "ZipImportError"},
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
        "authentication_failed": "SMTPAuthenticationError SMTPNotSupportedError",
        "connection_failed": "SMTPConnectError SMTPServerDisconnected",
        "value_refused": "SMTPRecipientsRefused SMTPSenderRefused",
    },
    "zlib": {"file_unreadable": "error"},
    "gzip": {"file_unreadable": "BadGzipFile"},
    "shutil": {"file_unreadable": "ReadError"},
    "tarfile": {"file_unreadable": "CompressionError HeaderError ReadError StreamError TarError"},
    "xml": {"file_unreadable": "ExpatError ParseError SAXParseException"},
    "openpyxl": {"file_not_excel": "InvalidFileException"},
    "binascii": {"value_refused": "Error"},
    "concurrent": {
        "process_killed": "BrokenExecutor BrokenProcessPool",
        "timeout": "TimeoutError",
        "cancelled": "CancelledError",
    },
    "sqlalchemy": {
        "configuration_invalid": "ArgumentError",
        "driver_missing": "NoSuchModuleError",
        "table_unknown": "NoSuchTableError",
        "timeout": "TimeoutError",
    },
    "pydantic_core": {"invalid_value": "ValidationError"},
    "pydantic": {
        "invalid_value": "ValidationError",
        "app_code_error": "PydanticSchemaGenerationError PydanticUndefinedAnnotation PydanticUserError",
    },
}
"""By the root package, by code: names of classes."""
CODES: Mapping[tuple[str, str], str] = {
    (root, kind): code
    for root, codes in _BY_CLASS.items()
    for code, kinds in codes.items()
    for kind in kinds.split()
}
"""By the root package and the class."""
