# SPDX-License-Identifier: Apache-2.0
"""What the scripts that fill a run's figures in into pages have in common."""

import json
import pathlib
import re
import sys

SCHEMA = "overtake-lab/1"
DOCS = pathlib.Path(__file__).resolve().parent


def row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table(head, rows):
    return "\n".join([row(*head), row(*["---"] * len(head)), *(row(*cells) for cells in rows)])


def source(results, with_python):
    """Where figures come from; the version of Python and the rounds only where they matter."""
    run, machine = results["run"], results["machine"]
    rounds = ", %d %s, loads at %.3g %% of their full length" % (
        run["rounds"], "round" if run["rounds"] == 1 else "rounds", run["pace"] * 100)
    return "%s, %s; %s, %d cores, kernel %s, %s%s; %s. Commit %s%s, `%s`%s.%s" % (
        run["id"], run["startedAt"][:10], machine["cpu"], machine["cores"], machine["kernel"], machine["jdk"],
        ", " + machine["python"] if with_python else "",
        run["seating"], machine["commit"], " with changes" if machine["dirty"] else "", run["command"],
        rounds if with_python else "",
        "".join("\n*%s.*" % warning for warning in run["warnings"]))


def run_of(script):
    """The results that the command line names; ends with one line if there are none."""
    if len(sys.argv) != 2:
        sys.exit("%s: one run directory, please, such as overtake-runs/latest" % script)
    path = pathlib.Path(sys.argv[1]) / "results.json"
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        sys.exit("%s: %s: cannot be read, %s; name a directory that overtake lab has written" % (script, path, problem))
    if results.get("schema") != SCHEMA:
        sys.exit("%s: %s: its schema is %s, and this script reads %s" % (script, path, results.get("schema"), SCHEMA))
    return results


def fill(script, page, results, parts):
    """Replaces what stands between a line `<!-- made by SCRIPT: PART -->` and the next `<!-- end -->`."""
    place = re.compile(r"(<!-- made by %s: (\w+) -->\n).*?(\n<!-- end -->)" % re.escape(script), re.DOTALL)
    text = (DOCS / page).read_text(encoding="utf-8")
    filled = place.sub(lambda found: found[1] + parts[found[2]](results) + found[3], text)
    (DOCS / page).write_text(filled, encoding="utf-8")
