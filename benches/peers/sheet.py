"""A flat table as a workbook, with Python's XlsxWriter: `sheet.py FLAT.db TABLE OUT.xlsx`."""

import sqlite3
import sys

import xlsxwriter

source = sqlite3.connect(sys.argv[1])
book = xlsxwriter.Workbook(sys.argv[3], {"constant_memory": True})
sheet = book.add_worksheet()
for n, row in enumerate(source.execute(f"SELECT * FROM {sys.argv[2]}")):
    sheet.write_row(n, 0, row)
book.close()
