"""Take the intake's messages that were set aside once more, after an operator has removed the cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from easel.domain.intake import ReceivedMessage
from easel.errors import EaselError
from easel.services.generations.take_intake import Outcome
from easel.services.ports.intake import DeadLetters


class RedriveIntake:
    """Messages are taken from where they were set aside, and not sent to the intake again.

    SQS would name whoever sends them there as their sender; here they keep their own.
    """

    def __init__(self, *, dead_letters: DeadLetters, take: Callable[[ReceivedMessage], Outcome]) -> None:
        self._dead_letters = dead_letters
        self._take = take

    def __call__(self, limit: int) -> Counter[str]:
        """Take up to so many messages; counts of outcomes. What cannot be taken stays where it is: `left`.

        Raises:
            QueueUnavailable: the messages cannot be read.
        """
        counts: Counter[str] = Counter()
        for handle, message in self._dead_letters.receive(limit).items():
            try:
                outcome = self._take(message)
            except EaselError:
                counts["left"] += 1
                continue
            if outcome is Outcome.SET_ASIDE:
                # It was set aside anew: the old copy would only be taken again.
                counts["left"] += 1
            else:
                counts[outcome.value] += 1
            self._dead_letters.delete(handle)
        return counts
