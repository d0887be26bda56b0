"""Pictures that a bot brings."""

from easel.errors import ProvidersNotConfigured, SecretUnavailable
from easel.observability import describe_error, logger
from easel.wiring.env import VendorSecrets
from easel.wiring.secrets import was_written
from easel.wiring.uploads.accept_upload import AcceptEnv


class MediaEnv(AcceptEnv, VendorSecrets):
    """Environment of whatever takes a bot's pictures."""


def check_any_provider(env: VendorSecrets) -> None:
    """Whether any vendor has a key; where that cannot be found out, it counts as so.

    Raises:
        ProvidersNotConfigured: none has.
    """
    try:
        if any(map(was_written, env.VENDOR_SECRET_ARNS)):
            return
    except SecretUnavailable as error:
        logger.warning("secrets of vendors not looked up", extra=describe_error(error))
        return
    raise ProvidersNotConfigured("No provider has a key here: an operator has to write one.")
