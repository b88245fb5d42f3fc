#!/bin/sh
# Installs Lineside, or changes its version, on a PC without internet:   sudo ./install.sh
#
# What it needs: Linux with systemd, and the Python that TARGET names. No pip, no python3-venv, no compiler, no network.
# What it does:  checks that this folder is whole, makes /opt/lineside/versions/<version>, and leaves the rest to
#                `lineside install`, which takes the same options:  --root DIR lays out under another root.
# Call it again at any time: it goes on where it was interrupted, or says that nothing is to be done.
#
# It stands in a folder with
#   SHA256SUMS               of every other file, as sha256sum(1) writes it
#   TARGET                   PYTHON=3.11 and MACHINE=x86_64: what the wheels are for
#   requirements.txt         what is installed, lineside itself among it, each with version and hash
#   wheels/                  the same, and the pip that installs them
set -eu
umask 022
export LC_ALL=C.UTF-8

say() { printf -- '- %s\n' "$*"; }
give_up() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
root=
expects_root=
for option in "$@"; do
    if [ -z "$expects_root" ]; then
        case $option in
            --root) expects_root=yes; continue ;;
            --root=*) option=${option#--root=} ;;
            *) give_up "there is no option $option; expected --root DIR or nothing" ;;
        esac
    fi
    [ -n "$option" ] || give_up "--root needs a folder"
    root=$option expects_root=
done
[ -z "$expects_root" ] || give_up "--root needs a folder"
if [ -z "$root" ] || [ "$root" = / ]; then
    root=
    [ "$(id -u)" = 0 ] || give_up "this changes the PC: call it with sudo"
else
    mkdir -p "$root"
    root=$(cd "$root" && pwd)
fi

# 1. Is this folder whole?
cd "$here"
[ -f SHA256SUMS ] || give_up "SHA256SUMS is missing: unpack the whole archive and call install.sh in its folder"
broken=$(sha256sum --check --strict --quiet SHA256SUMS 2>&1) ||
    give_up "these files are not what was shipped; copy the archive again: $(printf '%s' "$broken" | tr '\n' ' ')"
set -- wheels/lineside-*.whl
[ $# = 1 ] && [ -f "$1" ] || give_up "expected one wheels/lineside-<version>-….whl"
version=${1#wheels/lineside-}
version=${version%%-*}
set -- wheels/pip-*.whl
[ $# = 1 ] && [ -f "$1" ] || give_up "expected one wheels/pip-….whl"
pip=$here/$1/pip
say "the bundle of version $version is whole"

# 2. Which Python?
PYTHON=$(sed -n 's/^PYTHON=//p' TARGET) MACHINE=$(sed -n 's/^MACHINE=//p' TARGET)
[ "$(uname -m)" = "$MACHINE" ] || give_up "this bundle is for $MACHINE, this PC is $(uname -m): bring the bundle for that"
python=
for name in "python$PYTHON" python3; do
    if found=$(command -v "$name") &&
        "$found" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$PYTHON')" 2>/dev/null; then
        python=$found
        break
    fi
done
[ -n "$python" ] || give_up "this bundle is for Python $PYTHON, this PC has $(python3 --version 2>/dev/null || echo none): bring the bundle for that"

# 3. The version's own folder, made beside and renamed, so that it is there whole or not at all.
versions=$root/opt/lineside/versions
mkdir -p "$versions"
# Held until `lineside install` has ended, which knows it by its number.
exec 9>"$root/opt/lineside/.lock"
export LINESIDE_LOCK=9
flock --nonblock 9 || give_up "another installation is at work on this PC; wait until it has ended"
rm -rf "$versions"/.making-*
final=$versions/$version
if "$final/bin/python3" -I -m agent --help >/dev/null 2>&1; then
    say "version $version is in $final already"
else
    free=$(df -Pk "$versions" | awk 'NR == 2 { print $4 }')
    needed=$(du -sk wheels | awk '{ print $1 * 8 }')
    [ "$free" -ge "$needed" ] ||
        give_up "the disk of $versions has $((free / 1024)) MB free, $((needed / 1024)) MB are needed. Nothing was changed"
    making=$versions/.making-$$
    trap 'rm -rf "$making"' EXIT
    trap 'exit 1' HUP INT TERM
    say "making $final with $("$python" --version); this takes about a minute"
    "$python" -m venv --without-pip "$making"
    "$making/bin/python3" "$pip" --isolated --disable-pip-version-check --quiet install --no-index --no-compile \
        --no-cache-dir --no-deps --only-binary :all: --find-links wheels --require-hashes --requirement requirements.txt ||
        give_up "the packages of this bundle do not fit $("$python" --version) on $(uname -m). Nothing was changed"
    # Nobody works in it, and what is written in its scripts must hold after the rename, and where an image is booted.
    rm -f "$making"/bin/[Aa]ctivate*
    booted=/opt/lineside/versions/$version
    grep -rlZIF "$making" "$making/bin" "$making/pyvenv.cfg" | xargs -0r sed -i "s|$making|$booted|g"
    "$making/bin/python3" -m compileall -q -s "$making" -p "$booted" "$making/lib" || true
    sync
    if [ -e "$final" ]; then
        say "what stood in $final was not whole: it is replaced"
        rm -rf "$final"
    fi
    mv -T "$making" "$final"
    trap - EXIT HUP INT TERM
    sync
    say "version $version is in $final"
fi

# 4. Users, folders, units, switch, start, wait, and the way back.
if [ -n "$root" ]; then
    exec "$final/bin/python3" -I -m agent install --root "$root"
fi
exec "$final/bin/python3" -I -m agent install
