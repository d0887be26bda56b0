"""The Python client that openapi-python-client makes of our OpenAPI document, at a running stack.

EASEL_ROOT and EASEL_KEY say which; run by an interpreter that finds the client as the package `easel_client`.
"""

from __future__ import annotations

import os

from easel_client import AuthenticatedClient  # type: ignore[import-not-found]  # made by `make clients`
from easel_client.api.generations import (  # type: ignore[import-not-found]  # as above
    read_generation,
    submit_generation,
)
from easel_client.api.money import quote_generation  # type: ignore[import-not-found]  # as above
from easel_client.models import (  # type: ignore[import-not-found]  # as above
    GenerationBody,
    QuoteBody,
    SubmitGenerationRequest,
    SubmitGenerationResponse400,
)

client = AuthenticatedClient(base_url=os.environ["EASEL_ROOT"], token=os.environ["EASEL_KEY"], timeout=60)
wanted = SubmitGenerationRequest(prompt="a fox", model="sandbox")
quote = quote_generation.sync(client=client, body=wanted)
assert isinstance(quote, QuoteBody), quote
wanted.quote_id = quote.quote_id
made = submit_generation.sync(client=client, body=wanted, prefer="wait=20")
assert isinstance(made, GenerationBody), made
read = read_generation.sync(made.id, client=client)
assert isinstance(read, GenerationBody), read
assert read.status == "COMPLETED", read
refused = submit_generation.sync(client=client, body=SubmitGenerationRequest(prompt="a fox", model="nope"))
assert isinstance(refused, SubmitGenerationResponse400), refused
print("ok openapi-python-client: quote, submit, read, a refusal")
