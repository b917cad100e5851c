# shellcheck shell=bash
# Sourced first by the scripts beside it. Called through sudo in a checkout that belongs to the calling user, a script goes on
# as that user: what it fetches and builds is theirs, and packaging/setup calls sudo itself for what needs it.

if [[ $EUID -eq 0 && -n ${SUDO_USER:-} && $(stat -c %U "${BASH_SOURCE[1]}") == "$SUDO_USER" && $SUDO_USER != root ]]; then
  exec sudo -u "$SUDO_USER" -H \
    --preserve-env=DISPLAY,WAYLAND_DISPLAY,XAUTHORITY,XDG_RUNTIME_DIR,XDG_CACHE_HOME,XDG_DATA_HOME,HEDDLE_WORKSPACE,Torch_DIR,Torch_ROOT,CMAKE_PREFIX_PATH,http_proxy,https_proxy,no_proxy \
    -- "${BASH_SOURCE[1]}" "$@"
fi
