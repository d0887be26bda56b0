"""Flat drawings of what a prompt names: pictures for the sandbox and for the vendor simulators of a local stack."""
