"""Places in a SQL text, by its tokens: the text itself stays as its author wrote it."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect import tokens


def select_items(sql: str) -> dict[str, list[Token]]:
    """Return the tokens of each item of a plain ``select … from``, by its name.

    The name is what stands after ``as``, at the end.

    >>> items = select_items("select a as b, f(c, d) as e from t")
    >>> {name: len(item) for name, item in items.items()}
    {'b': 3, 'e': 8}
    """
    items: dict[str, list[Token]] = {}
    item: list[Token] = []
    for token, depth in _with_depth(tokens(sql))[1:]:
        ends = depth == 0 and token.token_type in (TokenType.COMMA, TokenType.FROM)
        if not ends:
            item.append(token)
            continue
        items[item[-1].text] = item
        item = []
        if token.token_type is TokenType.FROM:
            break
    return items


def _with_depth(found: Sequence[Token]) -> list[tuple[Token, int]]:
    """Pair each token with the number of parentheses open before it."""
    pairs: list[tuple[Token, int]] = []
    depth = 0
    for token in found:
        depth -= token.token_type is TokenType.R_PAREN
        pairs.append((token, depth))
        depth += token.token_type is TokenType.L_PAREN
    return pairs
