"""``try(contains('10.0.0.0/8', try_cast(client_ip as ipaddress)))``: is it in there?

Trino's ``contains`` takes an array and an element, or a network in CIDR notation and an
address. Which one it is shows in the second argument, so that must be a cast. Of an
IPv6 address and an IPv4 network it makes an error, which ends the whole query: so there
must be a ``try``. Networks must be literals, alone or in an array, and are worked out
here, not once a row. A lambda that begins with ``strpos(n, '/') > 0 and`` passes over
what a list holds beside networks.
"""

import ipaddress
import re

from sqlglot import exp

from trailkit.errors import UnsupportedSQL

_V4_PREFIX = 0xFFFF << 32
_HELP = (
    "Write try(contains('10.0.0.0/8', try_cast(x as ipaddress))), or with a list of"
    " literals any_match(:networks, n -> try(contains(n, try_cast(x as ipaddress))))."
)


def is_network_test(node: exp.Expr) -> bool:
    """Tell whether this is a ``contains`` that asks for an address in a network."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() != "contains":
        return False
    cast = node.expressions[-1]
    return isinstance(cast, exp.Cast) and cast.to.this is exp.DType.IPADDRESS


def unroll_networks(tree: exp.Expr) -> None:
    """Write every network test in place, with its network worked out.

    One in a lambda over networks is written once for each of them. Raises
    ``UnsupportedSQL`` for a network that is not a literal in CIDR notation.
    """
    for match in [
        node for node in tree.find_all(exp.Anonymous) if _over_networks(node)
    ]:
        match.replace(_unrolled(match))
    for test in [
        node for node in tree.find_all(exp.Anonymous) if is_network_test(node)
    ]:
        _check_tried(test)
        test.replace(_test(*test.expressions))


def _check_tried(test: exp.Anonymous) -> None:
    outside = test.parent
    if not isinstance(outside, exp.Anonymous) or outside.name.lower() != "try":
        raise UnsupportedSQL(
            f"{_said(test)} fails on Athena for an address of the other version of IP,"
            f" IPv4 or IPv6. {_HELP}"
        )


def _over_networks(node: exp.Anonymous) -> bool:
    """Tell whether this is an ``any_match`` that has its lambda look into networks."""
    if node.name.lower() != "any_match" or not isinstance(
        node.expressions[-1], exp.Lambda
    ):
        return False
    lambda_ = node.expressions[-1]
    names = [parameter.name for parameter in lambda_.expressions]
    tests = [test for test in lambda_.find_all(exp.Anonymous) if is_network_test(test)]
    return any(test.expressions[0].name in names for test in tests)


def is_over_networks(lambda_: exp.Expr) -> bool:
    """Tell whether a lambda looks into those of its values that are networks."""
    return isinstance(lambda_, exp.Lambda) and _looks_for_slash(
        lambda_.this, lambda_.expressions[0].name
    )


def _unrolled(match: exp.Anonymous) -> exp.Expr:
    networks, lambda_ = match.expressions
    if _is_null(networks):
        return _unknown()
    if not isinstance(networks, exp.Array) or not networks.expressions:
        raise UnsupportedSQL(f"{_said(networks)} is not a list of networks. {_HELP}")
    name = lambda_.expressions[0].name
    if _looks_for_slash(lambda_.this, name):
        networks.set("expressions", [n for n in networks.expressions if "/" in n.name])
    if not networks.expressions:
        return exp.Boolean(this=False)
    tests = [
        with_value(lambda_.this, name, network) for network in networks.expressions
    ]
    return exp.Paren(this=exp.or_(*tests, copy=False))


def _looks_for_slash(body: exp.Expr, name: str) -> bool:
    """Tell whether a lambda passes over what is not in CIDR notation."""
    first = body.left.sql(dialect="trino").lower() if isinstance(body, exp.And) else ""
    return re.sub(r"\W", "", first) == f"strpos{name}0" and "'/'" in first


def with_value(body: exp.Expr, name: str, network: exp.Expr) -> exp.Expr:
    """Return a lambda's body with a literal in place of its parameter."""
    holder = exp.Paren(this=body.copy())
    for part in list(holder.find_all(exp.Identifier)):
        if part.name == name:
            whole = part.parent if isinstance(part.parent, exp.Column) else part
            whole.replace(network.copy())
    return holder


def _test(network: exp.Expr, address: exp.Expr) -> exp.Expr:
    if _is_null(network):
        return _unknown()
    parsed = _parsed(network)
    is_v4 = parsed.version == 4
    first = int(parsed.network_address) + (_V4_PREFIX if is_v4 else 0)
    digits = exp.Literal.string(f"{first:032x}")
    bits = exp.Literal.number(parsed.prefixlen + (96 if is_v4 else 0))
    return exp.Anonymous(this="trino_in_network", expressions=[address, digits, bits])


def _parsed(network: exp.Expr) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        if not network.is_string or "/" not in network.name:
            raise ValueError
        return ipaddress.ip_network(network.name)
    except ValueError as error:
        raise UnsupportedSQL(
            f"{_said(network)} is not a network in CIDR notation. {_HELP}"
        ) from error


def _unknown() -> exp.Expr:
    """Return the answer about no network: a null of type boolean."""
    return exp.cast(exp.Null(), exp.DType.BOOLEAN)


def _is_null(node: exp.Expr) -> bool:
    return isinstance(node, exp.Null) or (
        isinstance(node, exp.Cast) and isinstance(node.this, exp.Null)
    )


def _said(node: exp.Expr) -> str:
    return f"`{node.sql(dialect='trino')}`"
