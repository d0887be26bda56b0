"""Runs MiniStack 1.5.33 with one patch. Run as `python -m infra.local.emulator`.

When a nested stack is updated, MiniStack loses the attributes of unchanged resources, so that every `Fn::GetAtt` of one
fails, and with it every second deployment. Root stacks keep them; the patch makes nested stacks keep them too.
"""

import functools
from typing import Any

from ministack import app  # type: ignore[import-untyped] # it has no types
from ministack.services.cloudformation import _stacks, provisioners  # type: ignore[import-untyped] # as above


def keep_attributes_of_nested_resources() -> None:
    """Look up attributes that the update of a nested stack does not pass on."""
    update_resource = provisioners._update_resource  # noqa: SLF001 - there is no public way to patch it

    @functools.wraps(update_resource)
    def corrected(
        resource_type: str,
        physical_id: str,
        old_props: dict[str, Any],
        new_props: dict[str, Any],
        stack_name: str,
        logical_id: str | None = None,
        old_attrs: dict[str, Any] | None = None,
    ) -> Any:
        if old_attrs is None:
            resources = _stacks.get(stack_name, {}).get("_resources", {})
            old_attrs = resources.get(logical_id, {}).get("Attributes")
        return update_resource(resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs)

    provisioners._update_resource = corrected  # noqa: SLF001 - as above


if __name__ == "__main__":
    keep_attributes_of_nested_resources()
    app.main()
