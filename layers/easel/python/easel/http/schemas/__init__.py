"""The shapes of the canonical API: what requests may say and what answers look like.

All models of all functions live here and nowhere else. The OpenAPI document is merged from the functions by model name,
and two models of one name would silently become one.

On the wire names are camelCase. Requests may also use snake_case, and refuse what they do not know.
"""
