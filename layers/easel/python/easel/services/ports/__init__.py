"""The interfaces that use cases depend on. `wiring/` chooses the implementations.

Each Protocol has only the methods that some use case calls. Adapters live in `repositories/`, `providers/`, `storage/`,
`events/`; fakes for tests in `tests/support/`; both pass the same contract tests.
"""
