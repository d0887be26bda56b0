"""The CDK app: reads the settings, builds the layers, composes the stack, attaches cdk-nag's rule packs."""

import os
import sys
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from infra.build_layers import BuildError, Target, build_layers
from infra.constructs.small_function import MissingHandler
from infra.linked_layers import link_all
from infra.settings import REPOSITORY, StageSettings, read_settings
from infra.stack import Code, EaselStack
from infra.switches import SettingsError


def compose(app: App, settings: StageSettings, code: Code) -> EaselStack:
    """Add the stack to an app. For AWS, synthesis fails on every finding that is not acknowledged."""
    stack = EaselStack(app, settings.stack_name, settings=settings, code=code)
    if not settings.emulated:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return stack


def main() -> None:
    """Synthesize for the stage of context and environment."""
    app = App()
    try:
        settings = read_settings(app.node.try_get_context, os.environ)
        layers = link_all(build_layers(Target.HOST)) if settings.emulated else build_layers(Target.LAMBDA)
        # Tests of the stack deploy other functions.
        functions = Path(app.node.try_get_context("functionsRoot") or REPOSITORY / "functions")
        compose(app, settings, Code(functions=functions, layers=layers))
    except (SettingsError, BuildError, MissingHandler) as problem:
        sys.exit(f"easel: {problem}")
    app.synth()


if __name__ == "__main__":
    main()
