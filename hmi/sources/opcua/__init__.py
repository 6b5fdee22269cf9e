"""OPC UA: subscriptions with what was granted, clock offset, writes, reconnecting for ever.

asyncua tells every lost connection at length under the logger ``asyncua``, also those that this source
expects and reports as link events. A composition root sets ``logging.getLogger("asyncua")`` to
CRITICAL; our own news come under ``hmi.sources.opcua``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hmi.config.credentials import Secret
from hmi.config.endpoint_parts import CredentialReference
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import Clock
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.opcua.source import OpcUaSource

__all__ = ["OpcUaSource", "make_opcua_source"]


def make_opcua_source(
    endpoint: OpcUaEndpoint,
    tags: Sequence[tuple[int, Tag]],
    clock: Clock,
    credentials: Callable[[CredentialReference], Secret],
    folder: CertificateFolder | None = None,
) -> OpcUaSource:
    """A source for the tags (with their indexes in the epoch) that an endpoint serves.

    ``credentials`` is `hmi.config.credentials.resolve` or what stands in for it; ``folder`` has the
    site's certificates.
    """
    return OpcUaSource(endpoint, tags, clock, credentials, folder)
