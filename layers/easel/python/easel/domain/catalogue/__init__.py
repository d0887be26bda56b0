"""The catalogue of models: parameters, providers and costs. Data, not code."""

from easel.domain.catalogue.candidate import Candidate, Cost
from easel.domain.catalogue.fingerprint import request_fingerprint
from easel.domain.catalogue.lifecycle import Life, Lifecycle
from easel.domain.catalogue.loading import load_catalogue
from easel.domain.catalogue.model import Catalogue, Model
from easel.domain.catalogue.parameters import SizePolicy, parse_size, validate_parameters
from easel.domain.catalogue.plan import UpstreamPlan, plan_upstream
from easel.domain.catalogue.sizes import SizeRule

__all__ = [
    "Candidate",
    "Catalogue",
    "Cost",
    "Life",
    "Lifecycle",
    "Model",
    "SizePolicy",
    "SizeRule",
    "UpstreamPlan",
    "load_catalogue",
    "parse_size",
    "plan_upstream",
    "request_fingerprint",
    "validate_parameters",
]
