"""Reads a workbook as its own reader would, with nothing but the standard library, and prints it as JSON.

A cell is [value, number format]; a text has no number format. Every part must be well-formed XML.
"""

import json
import sys
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}

archive = zipfile.ZipFile(sys.argv[1])
parts = {part.filename: ElementTree.fromstring(archive.read(part)) for part in archive.infolist()}


def named(root, name):
    return root.iter(MAIN + name)


def text(element):
    return "".join(piece.text or "" for piece in named(element, "t"))


def column(reference):
    number = 0
    for letter in reference:
        if letter.isalpha():
            number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


styles = parts["xl/styles.xml"]
codes = BUILT_IN | {int(it.get("numFmtId")): it.get("formatCode") for it in named(styles, "numFmt")}
formats = [codes[int(it.get("numFmtId"))] for it in styles.find(MAIN + "cellXfs")]
strings = [text(it) for it in named(parts["xl/sharedStrings.xml"], "si")]


def value(cell):
    content = cell.find(MAIN + "v")
    if content is None:
        return None
    kind = cell.get("t", "n")
    if kind == "s":
        return [strings[int(content.text)], None]
    if kind == "b":
        return [content.text == "1", None]
    return [float(content.text), formats[int(cell.get("s", 0))]]


def sheet(number, name):
    root = parts[f"xl/worksheets/sheet{number}.xml"]
    rows = {}
    for row in named(root, "row"):
        cells = {column(cell.get("r")): value(cell) for cell in named(row, "c")}
        width = max(cells, default=-1) + 1
        rows[int(row.get("r"))] = [cells.get(at) for at in range(width)]
    last = max(rows, default=0)
    panes = [pane.get("state") for pane in named(root, "pane")]
    return {
        "name": name,
        "rows": [rows.get(at, []) for at in range(1, last + 1)],
        "formulas": sum(1 for _ in named(root, "f")),
        "tables": sum(1 for _ in named(root, "tablePart")),
        "frozen": panes == ["frozen"],
    }


def charts(number):
    relations = parts.get(f"xl/worksheets/_rels/sheet{number}.xml.rels")
    drawings = [] if relations is None else [it.get("Target") for it in relations if "drawing" in it.get("Type")]
    return sum(
        sum(1 for it in parts["xl/drawings/_rels/" + target.split("/")[-1] + ".rels"] if "chart" in it.get("Type"))
        for target in drawings
    )


names = [it.get("name") for it in named(parts["xl/workbook.xml"], "sheet")]
sheets = [sheet(at, name) | {"charts": charts(at)} for at, name in enumerate(names, 1)]
core = {it.tag.split("}")[1]: it.text for it in parts["docProps/core.xml"]}
clocks = sorted({part.date_time for part in archive.infolist()})
json.dump({"sheets": sheets, "core": core, "clocks": clocks}, sys.stdout)
