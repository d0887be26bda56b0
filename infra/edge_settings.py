"""The settings of CloudFront in front of the API."""

from dataclasses import dataclass
from typing import Final

from infra import switches

_CLOUDFRONT_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """CloudFront in front of the API, and a custom domain name.

    It is there where the studio's `pages` are served, and where the API is closed to direct requests (`enabled`).
    `rate_limit` is WAF's limit of requests per IP address in five minutes; None for no WAF.
    """

    enabled: bool
    pages: bool
    rate_limit: int | None
    domain_name: str | None
    certificate_arn: str | None

    @property
    def exists(self) -> bool:
        """Whether there is a distribution of CloudFront."""
        return self.enabled or self.pages


def read_edge(read: switches.Switches, *, pages: bool, local: bool) -> EdgeSettings:
    """Read the settings of CloudFront; `pages` is the default of serving the studio's pages. Raises SettingsError."""
    edge = EdgeSettings(
        enabled=read.get("edge", switches.boolean, False),
        pages=read.get("studioPages", switches.boolean, pages),
        # The range of WAF.
        rate_limit=read.get("edgeRateLimit", switches.whole_number(10, 2_000_000_000), None),
        domain_name=read.get("domainName", switches.domain_name, None),
        certificate_arn=read.get("certificateArn", switches.certificate_arn, None),
    )
    if local and (edge.exists or edge.domain_name):
        raise switches.SettingsError("edge, studioPages and domainName are for AWS: an emulator serves none of them.")
    if edge.rate_limit and not edge.enabled:
        raise switches.SettingsError("edgeRateLimit needs edge=true: WAF stands before CloudFront, not before the API.")
    if bool(edge.domain_name) != bool(edge.certificate_arn):
        raise switches.SettingsError("domainName and certificateArn go together: set both or none.")
    if edge.exists and edge.certificate_arn and f":{_CLOUDFRONT_REGION}:" not in edge.certificate_arn:
        raise switches.SettingsError(f"certificateArn must be in {_CLOUDFRONT_REGION}: CloudFront takes no other.")
    return edge
