"""Places in a SQL text, by its tokens: the text itself stays as its author wrote it."""

from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect import tokens


def select_items(sql: str) -> dict[str, str]:
    """Return the items of a plain ``select … from``, by the name after ``as``.

    >>> select_items("select a as b, f(c, d) as e from t")
    {'b': 'a as b', 'e': 'f(c, d) as e'}
    """
    items: dict[str, str] = {}
    item: list[Token] = []
    for token, depth in _with_depth(tokens(sql))[1:]:
        ends = depth == 0 and token.token_type in (TokenType.COMMA, TokenType.FROM)
        if not ends:
            item.append(token)
            continue
        items[item[-1].text] = sql[item[0].start : item[-1].end + 1]
        item = []
        if token.token_type is TokenType.FROM:
            break
    return items


def _with_depth(found: list[Token]) -> list[tuple[Token, int]]:
    """Pair each token with the number of parentheses open before it."""
    pairs: list[tuple[Token, int]] = []
    depth = 0
    for token in found:
        depth -= token.token_type is TokenType.R_PAREN
        pairs.append((token, depth))
        depth += token.token_type is TokenType.L_PAREN
    return pairs
