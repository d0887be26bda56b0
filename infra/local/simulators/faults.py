"""Faults on request: a directive in the prompt reaches the simulator through the whole system under test.

`[fault:NAME key=value ...]`, for example `a red fox [fault:rate-limit retry_after=2 times=1]`. `times=K` limits a
fault to the first K submits of exactly that prompt since the start or the last reset; without it the fault stays.
For `poll-error` and `download-error` it counts the polls or downloads of one job instead. `at=VENDOR` limits a fault
to one vendor; a prompt may have several, and of those for the vendor asked the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

FAULTS: Final[Mapping[str, str]] = {
    "rate-limit": "submit answers 429 with Retry-After (retry_after=1); with as=reset in the vendor's own headers only",
    "slow-down": "submit answers 429 and asks for a lower rate",
    "server-error": "submit answers 500",
    "unavailable": "submit answers 503, or the vendor's code for maintenance",
    "auth": "submit is refused: the key is wrong",
    "quota": "submit answers 429: the requests of the day are used up",
    "balance": "submit is refused: no credit left on the account",
    "gone": "submit answers that there is no such model or feature",
    "hang": "submit is never answered; no job",
    "drop": "the job is taken and runs, the connection is closed without an answer",
    "gateway-timeout": "the job is taken and runs, submit answers 504 without naming it",
    "sync-timeout": "the job outlasts synchronous mode: 200, processing, code 5004; it finishes after seconds=1",
    "slow": "the job takes seconds=3",
    "moderation": "the prompt is refused by moderation, at once or as the end of the job",
    "image-safety": "success, and the picture held back for safety; no job (reason=IMAGE_SAFETY, as Google writes it)",
    "no-image": "success, and nothing but words; no job",
    "failed": "the job ends failed",
    "unreachable-input": "the job ends failed: a reference picture could not be read",
    "job-error": "the job ends failed with the vendor's internal error: it may be tried as a new job",
    "cancelled": "the job ends cancelled",
    "timed-out": "the job ends because it took the vendor too long",
    "nsfw": "the job completes and its picture is flagged",
    "empty": "success without a picture, and no job",
    "poll-error": "the first times=2 polls answer 500; synchronous mode ends early, so that there are polls",
    "download-error": "the first times=2 downloads of the picture answer 503",
    "garbage": "the picture is noise that is no picture",
    "wrong-type": "the picture is an HTML page under the header image/png (as=text: plain text under its own name)",
    "callback-early": "the callback comes before the submit is answered",
    "callback-twice": "the callback comes twice",
    "callback-lost": "there is no callback",
    "callback-forged": "before the job begins, a stranger calls back about it; the genuine callback comes as ever",
    "callback-late": "the callback comes seconds=5 after the end of the job",
    "huge": "the picture begins well and never ends (in base64: far more text than a picture has)",
}
"""Every fault and what it does. A vendor's `faults` are those that its protocol can show."""

COUNTED_BY_JOB: Final = frozenset({"poll-error", "download-error"})

_DIRECTIVE: Final = re.compile(r"\[fault:([a-z0-9-]+)((?:\s+[a-z_]+=[^\s\]]+)*)\s*\]")


class UnknownFaultError(ValueError):
    """The prompt asks for a fault that does not exist; the message lists those that do.

    `reason` names none: adapters classify vendors' texts, and read a word such as moderation as a refusal.
    """

    @property
    def reason(self) -> str:
        return "the prompt asks for a fault that there is not"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with its options."""

    name: str
    options: Mapping[str, str]

    def number(self, option: str, default: float) -> float:
        """A numeric option; raises UnknownFaultError when it is no number."""
        try:
            return float(self.options.get(option, default))
        except ValueError as error:
            raise UnknownFaultError(f"fault option {option} must be a number") from error

    def applies_to(self, submit: int) -> bool:
        """Whether the n-th submit (from 1) of this prompt has the fault."""
        return self.name in COUNTED_BY_JOB or submit <= self.number("times", float("inf"))


def find_fault(prompt: str, faults: Collection[str], vendor: str) -> Fault | None:
    """The fault that a prompt asks of `vendor`, None when it asks for none. `faults` are those that the vendor has.

    Raises:
        UnknownFaultError: a misspelt fault would otherwise pass for a success.
    """
    directives = [(match[1], _options(match[2])) for match in _DIRECTIVE.finditer(prompt)]
    if prompt.count("[fault:") > len(directives):
        raise UnknownFaultError("write faults as [fault:NAME key=value ...]")
    for name, options in directives:
        if options.get("at", vendor) != vendor:
            continue
        if name not in faults:
            raise UnknownFaultError(f"no fault {name!r}; there are: {', '.join(sorted(faults))}")
        return Fault(name, options)
    return None


def _options(text: str) -> dict[str, str]:
    return dict(option.split("=", 1) for option in text.split())
