"""What templates are compiled to: Python that takes for granted what holds here and not everywhere.

A page of search results reads two thousand attributes and writes a thousand values. Jinja asks of each dot whether a key
of a mapping is meant; what templates are given here are records, modules and macros, so a dot is an attribute. And it wraps
each value that it has escaped as one that is, though it goes straight into the page. Without both a page is rendered in two
thirds of the time.
"""

import re

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import escape

_SPECIAL = re.compile("[&<>\"']")


def written(value: object) -> str:
    """Return a value as it stands in a page: escaped, unless it is markup."""
    if type(value) is str and _SPECIAL.search(value) is None:
        return value
    return str(value) if type(value) in (int, float) else escape(value)


class _Generator(CodeGenerator):
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - named after the node
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        # As Jinja's own NativeCodeGenerator does; were it no longer called, values would be escaped as ever.
        self.write("environment.written(")


class TemplateEnvironment(Environment):
    """Templates that are given records and write HTML or XML: every value is escaped."""

    code_generator_class = _Generator
    written = staticmethod(written)
