"""LiteLLM and LangChain, as they are, at a running stack: EASEL_URL and EASEL_KEY.

Run by an interpreter that has them installed.
"""

from __future__ import annotations

import base64
import os

import litellm  # type: ignore[import-not-found]  # installed for `make clients` alone
from langchain_community.utilities.dalle_image_generator import (  # type: ignore[import-not-found]  # as above
    DallEAPIWrapper,
)

URL, KEY = os.environ["EASEL_URL"], os.environ["EASEL_KEY"]


def generate(model: str) -> None:
    """LiteLLM passes any model on to a server that speaks OpenAI's API."""
    answer = litellm.image_generation(
        model=f"openai/{model}", prompt="a fox", n=1, size="1024x1024", api_base=URL, api_key=KEY
    )
    assert base64.b64decode(answer.data[0].b64_json).startswith((b"\x89PNG", b"\xff\xd8\xff"))
    print(f"ok litellm: {model}")


def refused() -> None:
    """LiteLLM tells a wrong key from other failures."""
    try:
        litellm.image_generation(model="openai/gpt-image-1", prompt="a fox", api_base=URL, api_key="wrong")
    except litellm.AuthenticationError:
        print("ok litellm: a wrong key")
    else:
        raise AssertionError("a wrong key was taken")


def langchain() -> None:
    """LangChain reads `url` alone."""
    wrapper = DallEAPIWrapper(model="dall-e-3", api_key=KEY, base_url=URL, size="1024x1024")
    assert wrapper.run("a fox").startswith("http")
    print("ok langchain: dall-e-3")


for name in ("gpt-image-1", "nano-banana-2.1", "seedream-v4"):
    generate(name)
refused()
langchain()
