"""Make the archive of the practice case in the package anew."""

from tools.practice_case import practice
from trailkit.store.practice_case import ARCHIVE

if __name__ == "__main__":
    number = practice.write_archive(ARCHIVE)
    print(f"{number:,} log files, {ARCHIVE.stat().st_size:,} bytes: {ARCHIVE.name}")
