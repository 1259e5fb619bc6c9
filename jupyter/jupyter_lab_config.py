"""JupyterLab as `make lab` starts it: nothing in it calls out of this machine.

Logs are evidence, and some rooms have no network: no news, no look for updates, no
extensions from a registry. `labconfig/` beside this file also spares the question
whether to fetch news.
"""

from pathlib import Path

c = get_config()  # noqa: F821  (Jupyter provides it)

# Left alone, the root is the notebook's folder, and `sql/` and evidence out of sight.
c.ServerApp.root_dir = str(Path.cwd())

c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Who starts make as root, in a container say, means it. The server listens on
# loopback alone, and asks for its token.
c.ServerApp.allow_root = True
