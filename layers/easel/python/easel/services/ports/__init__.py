"""What the use cases need from the outside, in their own words. `wiring/` chooses the implementation.

Each Protocol has only the methods that some use case calls. Adapters live in `repositories/`, `providers/`, `storage/`,
`events/`; fakes for tests in `tests/support/`; both pass the same contract tests.
"""
