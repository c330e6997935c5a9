"""What the Lambda service knows of a function version, and the environment variables that follow from it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function version as it is configured now: equal ones share execution environments. Timeout in seconds."""

    arn: str
    name: str
    version: str
    handler: str
    runtime: str
    memory_mb: int
    timeout: int
    log_group: str
    json_logs: bool
    application_log_level: str
    system_log_level: str
    variables: tuple[tuple[str, str], ...]
    code_sha256: str
    code: bytes = field(compare=False, repr=False)

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, Any], *, code: bytes, variables: Mapping[str, str]) -> Self:
        """Read GetFunctionConfiguration's shape; `variables` win over the function's own."""
        name = configuration["FunctionName"]
        own = (configuration.get("Environment") or {}).get("Variables") or {}
        logging = configuration.get("LoggingConfig") or {}
        return cls(
            arn=configuration["FunctionArn"],
            name=name,
            version=configuration.get("Version", "$LATEST"),
            handler=configuration["Handler"],
            runtime=configuration["Runtime"],
            memory_mb=int(configuration["MemorySize"]),
            timeout=int(configuration["Timeout"]),
            log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
            json_logs=logging.get("LogFormat") == "JSON",
            application_log_level=logging.get("ApplicationLogLevel") or "INFO",
            system_log_level=logging.get("SystemLogLevel") or "INFO",
            variables=tuple(sorted({**own, **variables}.items())),
            code_sha256=configuration["CodeSha256"],
            code=code,
        )

    def environment(self, *, task_root: Path, scratch: Path, log_stream: str, runtime_api: str) -> dict[str, str]:
        """Return all variables of a process that runs this function."""
        region = self.arn.split(":")[3]
        # What it takes to find programs and libraries is the one thing that comes from here.
        found_here = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return {
            **found_here,
            **dict(self.variables),
            "TZ": ":UTC",
            "LANG": "en_US.UTF-8",
            "HOME": str(scratch),  # not set on Lambda; here it keeps the developer's own ~/.aws out
            "TMPDIR": str(scratch),
            "LAMBDA_TASK_ROOT": str(task_root),
            "_HANDLER": self.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "AWS_LAMBDA_LOG_FORMAT": "JSON" if self.json_logs else "Text",
            **({"AWS_LAMBDA_LOG_LEVEL": self.application_log_level} if self.json_logs else {}),
        }
