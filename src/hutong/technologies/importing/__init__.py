"""
Bulk entry: a file is read, checked as a whole, and enters completely or not at all (TE-5).

    file ── guards ──▶ reader of its format ──▶ whole-file check ──▶ spool ──▶ one action
                                                     └──▶ faults by row and column, nothing written
"""

from hutong.technologies.importing.formats import AUTO, Format
from hutong.technologies.importing.run import Report, run

__all__ = ["AUTO", "Format", "Report", "run"]
