"""An OPC UA server that can load a client: tens of thousands of changes a second from one process.

asyncua does the handshake and the services; the notifications, where the load is, are encoded as whole
arrays (OPC 10000-6, 5.2). Every value *is* the moment at which it was made (UTC seconds as a Double),
so that whoever paints it can tell its age.
"""

from hmi.simulation.opcua_load.server import NAMESPACE, Counts, LoadServer, node

__all__ = ["NAMESPACE", "Counts", "LoadServer", "node"]
