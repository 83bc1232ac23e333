"""A model as the same file that sets it up."""

from typing import Any

import yaml

from integrations.operating_model.schema import OperatingModel

HEAD = "# The operating model of {name}. Secrets are names of environment variables.\n"


class _Row(dict[str, Any]):
    """Written on one line."""


class _Words(list[str]):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _row(dumper: yaml.SafeDumper, row: _Row) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


def _words(dumper: yaml.SafeDumper, words: _Words) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", words, flow_style=True)


_Dumper.add_representer(_Row, _row)
_Dumper.add_representer(_Words, _words)


def write(model: OperatingModel) -> str:
    """YAML that `load` reads back as an equal model."""
    plain = model.model_dump(mode="json")
    plain["connections"] = {
        slug: {name: value for name, value in entry.items() if value not in (None, {})}
        for slug, entry in plain["connections"].items()
    }
    plain["mappings"] = {
        link: {table: [_flat(row) for row in rows] for table, rows in tables.items()}
        for link, tables in plain["mappings"].items()
    }
    if plain["teams"] is not None:
        for team in plain["teams"].values():
            team.update(members=_Words(team["members"]), weekdays=_Words(team["weekdays"]))
    if plain["routing"] is not None:
        plain["routing"] = [_rule(rule) for rule in plain["routing"]]
    parts = [HEAD.format(name=model.retailer.name)]
    parts += [_dump({section: value}) for section, value in plain.items() if value is not None]
    return "\n".join(parts)


def _flat(row: dict[str, Any]) -> _Row:
    return _Row({**_filled({**row, "target": None}), **row["target"]})


def _rule(rule: dict[str, Any]) -> _Row:
    """Only a rule that rests says whether it is enabled."""
    return _filled({**rule, "enabled": None if rule["enabled"] else False})


def _filled(entry: dict[str, Any]) -> _Row:
    return _Row({name: value for name, value in entry.items() if value not in (None, "")})


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
