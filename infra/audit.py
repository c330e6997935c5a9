"""Known vulnerabilities of the locked packages, as osv.dev has them: `python -m infra.audit`."""

import subprocess
import sys
import urllib.error
import urllib.request

from infra.config import REPOSITORY

PIP_AUDIT = REPOSITORY / ".venv" / "checks" / "bin" / "pip-audit"
SERVICE = "https://api.osv.dev/v1/query"


def main() -> None:
    """Exit with 1 if a locked package has a known vulnerability; say so loudly if nobody could be asked."""
    if not _answers():
        sys.stderr.write(
            f"AUDIT SKIPPED: {SERVICE} cannot be reached from here. Nothing is known about the packages.\n"
        )
        return
    locks = [argument for lock in ("requirements", "checks") for argument in ("--requirement", f"{lock}.lock")]
    command = [str(PIP_AUDIT), "--vulnerability-service", "osv", "--disable-pip", "--require-hashes", *locks]
    sys.exit(subprocess.run(command, cwd=REPOSITORY, check=False).returncode)  # noqa: S603 - our own tool


def _answers() -> bool:
    try:
        urllib.request.urlopen(SERVICE, timeout=10).close()
    except urllib.error.HTTPError:
        return True  # it takes POST only
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
