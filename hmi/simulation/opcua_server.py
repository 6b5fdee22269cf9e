"""A real OPC UA server for machine simulators: variables in folders, changed in batches, on loopback.

It carries a machine (4,000 to 5,000 changes a second); `hmi.simulation.opcua_load` is for load.
The library logs much under ``asyncua``; whoever composes a program sets that logger's level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self

from asyncua import Server, ua
from asyncua.common.callback import CallbackType, ServerItemCallback
from asyncua.common.node import Node
from asyncua.crypto.permission_rules import User, UserRole

from hmi.model.status import GOOD
from hmi.model.values import Value, ValueType
from hmi.simulation import opcua_sessions
from hmi.simulation.opcua_sessions import SessionKeeper

HOST: Final = "127.0.0.1"

_VARIANTS: Final = {
    ValueType.FLOAT: "Double",
    ValueType.INT: "Int64",
    ValueType.UINT: "UInt64",
    ValueType.BOOL: "Boolean",
    ValueType.ENUM: "Int32",
    ValueType.STRING: "String",
    ValueType.FLOATS: "Double",
    ValueType.INTS: "Int64",
}


@dataclass(frozen=True)
class Variable:
    """A variable of a simulated machine.

    ``path``      browse names from the Objects folder down; the last is the variable's own, those
                  before it become folders
    ``node``      string identifier: the NodeId is ``nsu=<namespace>;s=<node>``
    ``value``     first value
    ``variant``   built-in OPC UA type (``Int16``, ``Float``…) where it is not the usual one of ``type``:
                  Double, Int64, UInt64, Boolean, Int32 (enum), String, arrays of Double and Int64
    ``labels``    of an enum: number → name, published as its EnumValues property (OPC 10000-8, 5.3.3.3)
    """

    path: tuple[str, ...]
    node: str
    value: Value
    type: ValueType
    variant: str = ""
    writable: bool = False
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def variant_type(self) -> ua.VariantType:
        """The built-in type on the wire.

        Raises:
            KeyError: ``variant`` names no built-in type.
        """
        return ua.VariantType[self.variant or _VARIANTS[self.type]]


@dataclass(frozen=True)
class ServerSecurity:
    """How a server is secured.

    ``certificate``  DER, ``key`` its private key, PEM
    ``uri``          the server's ApplicationUri, as in the certificate
    ``policies``     endpoints, by the names of `asyncua.ua.SecurityPolicyType`
    ``users``        certificates (DER) of users that get in; nobody else does where there are any
    """

    certificate: bytes
    key: bytes
    uri: str
    policies: tuple[str, ...] = ("Aes256Sha256RsaPss_SignAndEncrypt",)
    users: tuple[bytes, ...] = ()


class MachineServer:
    """An OPC UA server with the variables of one machine; an async context manager.

    ``port`` 0 takes a free one; the real one is in `port` after entering. With ``user`` and ``password``
    nobody else gets in, and there is no anonymous access. ``on_write`` is called with the node and the
    new value after a client's write was carried out. Without ``security`` there is none.
    """

    def __init__(
        self,
        namespace: str,
        variables: Sequence[Variable],
        *,
        name: str,
        port: int = 0,
        user: str = "",
        password: str = "",
        security: ServerSecurity | None = None,
    ) -> None:
        self.port = port
        self._security = security
        self.on_write: Callable[[str, Value], None] | None = None
        self._namespace = namespace
        self._variables = {variable.node: variable for variable in variables}
        if len(self._variables) != len(variables):
            raise ValueError("two variables have the same node")
        self._name = name
        self._gate = _Gate(user, password, security.users if security else ())
        self._server: Server | None = None
        self._index = 0
        self._pending: dict[str, ua.DataValue] = {}

    @property
    def url(self) -> str:
        """Where clients find the server."""
        return f"opc.tcp://{HOST}:{self.port}/"

    async def __aenter__(self) -> Self:
        server = Server(iserver=SessionKeeper(self._gate))
        await server.init()
        server.set_server_name(self._name)
        server.set_endpoint(self.url)
        await self._secure(server)
        server.set_identity_tokens(self._gate.tokens)
        _tell_time_when_asked(server)
        self._index = await server.register_namespace(self._namespace)
        await self._add_variables(server)
        server.subscribe_server_callback(CallbackType.PostWrite, self._written)
        await server.start()
        self.port = server.bserver.port
        self._server = server
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            await opcua_sessions.stop(server)

    def set(self, node: str, value: Value, status: int = GOOD, source_time: int | None = None) -> None:
        """Note an update for the next `flush`; a later one of the same node replaces it.

        ``source_time`` is UTC ns (to the microsecond), now where it is not given.

        Raises:
            KeyError: there is no such node.
        """
        variable = self._variables[node]
        time = datetime.now(UTC) if source_time is None else _datetime(source_time)
        self._pending[node] = ua.DataValue(
            _variant(variable, value),
            StatusCode=ua.StatusCode(status),
            SourceTimestamp=time,
            ServerTimestamp=time,
        )

    async def flush(self) -> None:
        """Hand all noted updates to the server, which publishes them to its clients."""
        server = self._server
        if server is None:
            raise RuntimeError("the server is not running")
        pending, self._pending = self._pending, {}
        for node, value in pending.items():
            await server.iserver.write_attribute_value(
                ua.NodeId(node, self._index), value, ua.AttributeIds.Value
            )

    async def _secure(self, server: Server) -> None:
        if self._security is None:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
            return
        await server.set_application_uri(self._security.uri)
        await server.load_certificate(self._security.certificate)
        await server.load_private_key(self._security.key, format="pem")
        server.set_security_policy([ua.SecurityPolicyType[name] for name in self._security.policies])

    async def _add_variables(self, server: Server) -> None:
        folders: dict[tuple[str, ...], Node] = {(): server.nodes.objects}
        for variable in self._variables.values():
            for depth in range(1, len(variable.path)):
                path = variable.path[:depth]
                if path not in folders:
                    folders[path] = await folders[path[:-1]].add_folder(
                        ua.NodeId("/".join(path), self._index), ua.QualifiedName(path[-1], self._index)
                    )
            node = await folders[variable.path[:-1]].add_variable(
                ua.NodeId(variable.node, self._index),
                ua.QualifiedName(variable.path[-1], self._index),
                _variant(variable, variable.value),
            )
            if variable.labels:
                await _add_labels(node, variable.labels)
            if variable.writable:
                await node.set_writable()

    def _written(self, event: ServerItemCallback, _service: object) -> None:
        if not event.is_external or self.on_write is None:
            return
        for item, status in zip(event.request_params.NodesToWrite, event.response_params, strict=True):
            if status.is_good() and item.NodeId.NamespaceIndex == self._index:
                self.on_write(item.NodeId.Identifier, item.Value.Value.Value)


class _Gate:
    """Who may come in, and as what: never as the administrator, who may write everything."""

    def __init__(self, user: str, password: str, certificates: tuple[bytes, ...]) -> None:
        self._user = user
        self._password = password
        self._certificates = certificates

    @property
    def tokens(self) -> list[type]:
        """What may be shown at the gate."""
        tokens = [ua.UserNameIdentityToken] if self._user else []
        tokens += [ua.X509IdentityToken] if self._certificates else []
        return tokens or [ua.AnonymousIdentityToken]

    def get_user(
        self,
        iserver: object,
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:
        """The user behind an identity token; None refuses it."""
        named = bool(self._user) and (username, password) == (self._user, self._password)
        free = not self._user and not self._certificates
        if free or named or (username is None and certificate in self._certificates):
            return User(role=UserRole.User)
        return None


def _tell_time_when_asked(server: Server) -> None:
    """Answer CurrentTime with the present; the library's own clock ticks once a second."""
    server.disable_clock()

    def now(_node: ua.NodeId, _attribute: ua.AttributeIds) -> ua.DataValue:
        present = datetime.now(UTC)
        return ua.DataValue(
            ua.Variant(present, ua.VariantType.DateTime), SourceTimestamp=present, ServerTimestamp=present
        )

    server.iserver.set_attribute_value_callback(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime), now)


async def _add_labels(node: Node, labels: Mapping[int, str]) -> None:
    entries = [
        ua.EnumValueType(Value=number, DisplayName=ua.LocalizedText(name)) for number, name in labels.items()
    ]
    await node.add_property(
        ua.NodeId(f"{node.nodeid.Identifier}.EnumValues", node.nodeid.NamespaceIndex),
        ua.QualifiedName("EnumValues", 0),
        entries,
    )


def _variant(variable: Variable, value: Value) -> ua.Variant:
    plain: Any = list(value) if isinstance(value, tuple) else value
    return ua.Variant(plain, variable.variant_type)


def _datetime(utc: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=utc // 1000)
