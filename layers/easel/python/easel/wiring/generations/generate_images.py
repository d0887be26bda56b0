"""Requests that wait for their images."""

from easel.services.generations.generate_images import GenerateImages
from easel.wiring.accounts.enter_workspace import enter_workspace
from easel.wiring.env import Links, TopUp
from easel.wiring.generations.read_generations import read_generations
from easel.wiring.generations.reuse_generation import reuse_generation
from easel.wiring.generations.submit_generation import SubmitEnv, submit_generation


class GenerateEnv(SubmitEnv, Links, TopUp):
    """Environment of whatever makes images and answers with them."""


def generate_images(env: GenerateEnv) -> GenerateImages:
    """Submit in the workspace that a request names, and wait."""
    return GenerateImages(
        enter=enter_workspace(env),
        reuse=reuse_generation(env),
        submit=submit_generation(env),
        wait=read_generations(env).wait,
        top_up_url=env.TOP_UP_URL or None,
    )
