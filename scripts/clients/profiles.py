"""The home folder that the simulator has written, for clients in Python."""

import json
from pathlib import Path


def profiles(home):
    """Every tenant's profile, with the text of its key and certificate under "pem"."""
    for file in sorted(Path(home, "config-profiles", "tenants").iterdir()):
        profile = json.loads(file.read_text())
        profile["pem_path"] = str(Path(home, profile["cert_path"]))
        profile["pem"] = Path(profile["pem_path"]).read_text()
        yield profile
