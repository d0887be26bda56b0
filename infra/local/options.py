"""Options from environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from infra.local.failures import ToolError

PROVIDER_KEY_VARIABLES: Final = {
    "wavespeed": "WAVESPEED_API_KEY",
    "openai": "OPENAI_API_KEY",
    "google": "GEMINI_API_KEY",
    "nanobanana": "NANOBANANA_API_KEY",
}
"""Per vendor, the variable of its real API key, as named by the vendor's own SDK."""

TOOL_VARIABLES: Final = frozenset({"EASEL_DIR", "EASEL_PORT_BASE", "EASEL_IAM"})
"""Options of the tools; every other EASEL_ variable is a setting of the stack (infra/README.md)."""

_LOWEST_PORT = 1024
_HIGHEST_BASE = 65_500


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one `up`.

    With `port_base` None free ports are chosen. `provider_keys` has the vendors to be called for real; its values are
    secret and excluded from reprs. `webhook_origins` are receivers of webhooks on this machine,
    `reference_origins` servers of reference pictures.
    """

    port_base: int | None = None
    iam_enforced: bool = False
    provider_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_origins: tuple[str, ...] = ()
    reference_origins: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises ToolError when EASEL_PORT_BASE is not a usable port number."""
        keys = {vendor: environment.get(variable, "").strip() for vendor, variable in PROVIDER_KEY_VARIABLES.items()}
        return cls(
            port_base=_port_base(environment.get("EASEL_PORT_BASE", "").strip()),
            iam_enforced=environment.get("EASEL_IAM", "").strip().lower() in {"1", "true", "yes", "on"},
            provider_keys={vendor: key for vendor, key in keys.items() if key},
            webhook_origins=_origins(environment, "EASEL_WEBHOOK_TRUSTED_ORIGINS"),
            reference_origins=_origins(environment, "EASEL_REFERENCE_TRUSTED_ORIGINS"),
        )


def _origins(environment: Mapping[str, str], variable: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, environment.get(variable, "").split(","))))


def _port_base(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not _LOWEST_PORT <= int(text) <= _HIGHEST_BASE:
        raise ToolError(f"EASEL_PORT_BASE is {text!r}; give a number from {_LOWEST_PORT} to {_HIGHEST_BASE}.")
    return int(text)
