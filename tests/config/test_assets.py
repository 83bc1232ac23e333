from io import StringIO

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from config.assets.finder import SCRIPT, PlotlyFinder, package_file
from config.assets.stylesheet import StylesheetNotFoundError, stylesheet


def test_the_rules_in_the_script_become_a_stylesheet():
    script = """x;var a=t(),b={"X,X div":'font-family:"Open Sans";margin:0;',Y:"top:\\'",""" + (
        """"Y p":"margin:0;"};for(c in b)d"""
    )

    assert stylesheet(script).splitlines() == [
        '.js-plotly-plot .plotly,.js-plotly-plot .plotly div { font-family:"Open Sans";margin:0; }',
        ".plotly-notifier { top:' }",
        ".plotly-notifier p { margin:0; }",
    ]


@pytest.mark.parametrize("script", ["", 'b={"X,X div":"a:b;",broken}', 'b={"X,X div":"a:b;"'])
def test_a_script_that_changed_its_shape_is_refused_whole(script):
    with pytest.raises(StylesheetNotFoundError):
        stylesheet(script)


def test_the_installed_script_gives_every_rule():
    script = package_file("plotly", f"package_data/{SCRIPT}").read_text(encoding="utf-8")

    rules = stylesheet(script)

    assert len(rules.splitlines()) == 66
    assert rules.count("{") == rules.count("}") == 66
    assert ".js-plotly-plot .plotly .modebar" in rules


def test_the_script_is_served_from_its_package():
    found = finders.find(f"plotly/{SCRIPT}")

    assert found == str(package_file("plotly", f"package_data/{SCRIPT}"))
    assert [name for name, _ in PlotlyFinder().list(None)] == [SCRIPT]
    assert finders.find("plotly/other.js") is None


def test_set_up_writes_the_stylesheet(settings, tmp_path):
    settings.ROOT = tmp_path

    call_command("build_static", stdout=StringIO())

    assert (tmp_path / "static" / "generated" / "plotly.css").stat().st_size > 5000
