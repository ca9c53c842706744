from searchidx.names.tokens import Token

def capitalised(
    text: str,
    writing: tuple[frozenset[str], frozenset[str], dict[str, int], int, str, type[Token]],
    /,
) -> list[Token]: ...
