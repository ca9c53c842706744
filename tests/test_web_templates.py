"""What templates are compiled to writes what Jinja's own code writes."""

from types import SimpleNamespace

import pytest
from jinja2 import Environment, StrictUndefined
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from searchidx.web.template_code import TemplateEnvironment, written

TEMPLATE = """{% macro name(each) %}<b title="{{ each.name }}">{{ each.name|upper }}, {{ each.age }}</b>{% endmacro %}
{% for each in people %}{{ name(each) }}{% if not loop.last %} & {% endif %}{% endfor %}{{ people|length }}{{ places["top"] }}"""


class Page:
    def __html__(self):
        return "<hr>"


@pytest.mark.parametrize(
    "value",
    ["", "Iraq", "Tom & Jerry", "O'Neill", '<a href="x">', Markup("<b>"), 0, -1.5, True, None, Page(), ["<b>"]],
)
def test_values_are_written_as_they_are_escaped(value):
    assert written(value) == str(escape(value))


def test_templates_say_the_same_as_by_jinja():
    given = {
        "people": [SimpleNamespace(name="O'Neill & <Söhne>", age=3), SimpleNamespace(name="Ada", age=36.5)],
        "places": {"top": '"'},
    }
    of_jinja, ours = (
        kind(autoescape=True, undefined=StrictUndefined).from_string(TEMPLATE).render(given)
        for kind in (Environment, TemplateEnvironment)
    )
    assert ours == of_jinja


def test_values_are_not_wrapped():
    """What makes pages quick: Jinja calls our hook."""
    code = TemplateEnvironment(autoescape=True).compile("{{ a.b }}", raw=True)
    assert "written(" in code
    assert "escape(" not in code
    assert "getattr(" not in code


@pytest.mark.parametrize(("template", "error"), [("{{ a.missing }}", AttributeError), ("{{ b.name }}", UndefinedError)])
def test_what_is_missing_is_an_error(template, error):
    with pytest.raises(error):
        TemplateEnvironment(undefined=StrictUndefined).from_string(template).render(a=SimpleNamespace())
