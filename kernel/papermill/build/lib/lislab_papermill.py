"""Go parameters for papermill: `papermill in.ipynb out.ipynb -p n 30` writes `var n = 30`.

A list becomes a slice and a dictionary a map[string]T, T being the narrowest
of bool, int, float64 and string that holds every element, else any. A number
that Go writes as a call (NaN, infinities) brings its import along.
"""

import json
import math
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

# `var name = value`, `var name T = value`, `name := value`, each with an
# optional trailing comment, at the start of a line.
_DECLARATION = re.compile(
    r"""^(?:var\s+(?P<var>\w+)(?:\s+(?P<type>[^=]+?))?\s*=|(?P<short>\w+)\s*:=)\s*"""
    r"""(?P<value>(?:"(?:[^"\\]|\\.)*"|`[^`]*`|(?!//).)*?)\s*(?://\s*(?P<help>.*))?$"""
)


def _element_type(values):
    kinds = {type(v) for v in values}
    for kinds_of, go in ((({bool}), "bool"), ({int}, "int"), ({int, float}, "float64"), ({str}, "string")):
        if kinds and kinds <= kinds_of:
            return go
    return "any"


class GoTranslator(Translator):
    """Writes Python values as Go source."""

    @classmethod
    def translate_str(cls, val):
        # JSON's escapes are Go's, but for U+2028 and lone surrogates, which
        # a JSON string written with ensure_ascii=False leaves as they are.
        return json.dumps(val, ensure_ascii=False).replace("\x7f", "\\x7f")

    @classmethod
    def translate_none(cls, val):
        return "any(nil)"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "math.NaN()"
        if math.isinf(val):
            return "math.Inf(1)" if val > 0 else "math.Inf(-1)"
        return repr(val)

    @classmethod
    def translate_list(cls, val):
        return "[]%s{%s}" % (_element_type(val), ", ".join(cls._element(v) for v in val))

    @classmethod
    def translate_tuple(cls, val):
        return cls.translate_list(val)

    @classmethod
    def translate_dict(cls, val):
        pairs = ("%s: %s" % (cls.translate_str(str(k)), cls._element(v)) for k, v in val.items())
        return "map[string]%s{%s}" % (_element_type(val.values()), ", ".join(pairs))

    @classmethod
    def _element(cls, val):
        return "nil" if val is None else cls.translate(val)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"var {name} = {str_val}"

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        source = super().codify(parameters, comment)
        # Only code counts: a string may well say "math.NaN()".
        code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', source)
        return 'import "math"\n' + source if re.search(r"\bmath\.(NaN|Inf)\(", code) else source

    @classmethod
    def inspect(cls, parameters_cell):
        found = []
        for line in parameters_cell["source"].splitlines():
            m = _DECLARATION.match(line)
            if m:
                name = m["var"] or m["short"]
                found.append(Parameter(name, m["type"] or "None", m["value"], m["help"] or ""))
        return found


papermill_translators.register("go", GoTranslator)


class Engine(NBClientEngine):
    """papermill's own engine; it is here so that papermill imports this module."""
