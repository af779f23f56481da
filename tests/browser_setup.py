"""Finds a browser for the tests, or installs one: `python tests/browser_setup.py`.

A browser that is missing is a failure, never a reason to skip.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
OWN = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
SENTENCE = "There is no browser for the tests: install Chromium, or name one in CMDM_BROWSER."


def find_browser() -> str | None:
    """The path of a Chromium or Chrome: CMDM_BROWSER, one that is installed, or Playwright's own."""
    named = os.environ.get("CMDM_BROWSER")
    if named:
        return named if Path(named).exists() else None
    on_path = next((found for found in map(shutil.which, INSTALLED) if found), None)
    if on_path:
        return on_path
    own = sorted(str(path) for path in OWN.glob("chromium-*/*/*") if path.name in ("chrome", "Chromium"))
    return next((path for path in (*ELSEWHERE, *reversed(own)) if Path(path).exists()), None)


def install() -> None:
    """Debian's Chromium when we may install packages, else the one Playwright fetches."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = ["chromium", "fonts-liberation", "fonts-noto-cjk"]
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, timeout=300, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=quiet,
            stdout=subprocess.DEVNULL,
            timeout=600,
            check=False,
        )
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], timeout=600, check=False)


def main() -> None:
    """Say which browser the tests will use, installing one if need be."""
    if find_browser() is None:
        try:
            install()
        except (OSError, subprocess.TimeoutExpired) as fault:
            print(fault, file=sys.stderr)
    found = find_browser()
    if found is None:
        sys.exit(SENTENCE)
    print(f"Browser: {found}")


if __name__ == "__main__":
    main()
