"""JupyterLab as `make lab` starts it: nothing on it calls out of this machine."""

c = get_config()  # noqa: F821  (Jupyter provides it)

# Logs are evidence, and some rooms have no network: no news, no look for
# updates, no extensions from a registry.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Who starts make as root, in a container say, means it. The server listens on
# loopback alone, and asks for its token.
c.ServerApp.allow_root = True
