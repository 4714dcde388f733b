#!/usr/bin/env bash
# Installs this Lantern on Raspberry Pi OS (64-bit) or Debian 12 or 13 as a service:
#
#   sudo ./scripts/install.sh              run it again after a change of wires or credentials, and after an upgrade: it brings
#                                          user, rules and unit up to date, and touches neither config nor data
#   ./scripts/install.sh --dry-run         says what it would do, and does nothing
#   ./scripts/install.sh --root DIR        into a folder: nothing of this machine is changed, and nothing is started
#   sudo ./scripts/install.sh --uninstall  takes the program away; what she owns stays, see `lantern remove`
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/lib.sh"

usage='usage: sudo ./scripts/install.sh [--dry-run] [--root DIR] [--uninstall]'
dry='' at='' work=install
while (($#)); do
  case "$1" in
    --dry-run) dry=yes ;;
    --root)
      [[ -d ${2:-} ]] || { say "--root takes a folder that is there; $usage"; exit 2; }
      at="$(cd -- "$2" && pwd -P)"
      shift
      ;;
    --uninstall) work=uninstall ;;
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    *)
      say "unknown argument \"$1\"; $usage"
      exit 2
      ;;
  esac
  shift
done

home="$at/opt/lantern"
etc="$at/etc/lantern"
data="$at/var/lib/lantern"
units="$at/etc/systemd/system"
config="$etc/config.yaml"
credentials="$etc/credentials"

# ---- what is said and done ---------------------------------------------------------------------------------------------

tell() { printf '%-5s %s\n' "$1" "$2"; }
same() { tell ok "$1"; }

# act WHAT COMMAND...: one step, told and done; in a dry run only told.
act() {
  local what="$1"
  shift
  if [[ -n $dry ]]; then
    tell would "$what"
  else
    tell new "$what"
    "$@"
  fi
}

# What concerns the running system, and so not a folder.
live() { [[ -z $at ]]; }

# put FILE MODE: writes what comes on stdin, at one stroke. True when that changed something.
put() {
  local file="$1" mode="$2" text
  text="$(cat; printf x)"
  text="${text%x}"
  if [[ -f $file && "$(cat -- "$file"; printf x)" == "${text}x" && "$(stat -c %a -- "$file")" == "${mode#0}" ]]; then
    same "${file#"$at"}"
    return 1
  fi
  act "${file#"$at"}" write "$file" "$mode" "$text"
}

# Half a file is never put in place, whoever asked and however: within a condition Bash goes on after a command that failed.
write() {
  { mkdir -p -- "$(dirname -- "$1")" && printf %s "$3" >"$1.new" && chmod "$2" "$1.new" && mv -T -- "$1.new" "$1"; } ||
    die "${1#"$at"} could not be written; see what is free with df -h, then run this again"
}

# ---- is this a machine for it? -------------------------------------------------------------------------------------------

wrong=()

# Of /etc/os-release; in a folder, of the folder's if it has one.
release_of_system() {
  local file="$at/etc/os-release"
  [[ -f $file ]] || file=/etc/os-release
  (
    ID='' ID_LIKE='' VERSION_ID='' PRETTY_NAME=''
    # shellcheck disable=SC1090
    source "$file"
    printf '%s\n' "$ID" "$ID_LIKE" "$VERSION_ID" "$PRETTY_NAME"
  )
}

check_system() {
  local id like version name
  { read -r id && read -r like && read -r version && read -r name; } < <(release_of_system) || true
  case " $id $like " in
    *' debian '* | *' raspbian '*) ;;
    *) wrong+=("this is ${name:-an unknown system}, and the installer knows Debian and Raspberry Pi OS; install one of them, or follow \"Installing by hand\" in README.md") ;;
  esac
  if [[ $id =~ ^(debian|raspbian)$ && $version =~ ^[0-9]+$ ]] && ((version < 12)); then
    wrong+=("this is ${name}, and Lantern needs Debian 12 or newer; write a current system to the card, or upgrade this one first")
  fi
}

check_width() {
  local machine programs
  machine="$(uname -m)"
  programs="$(dpkg --print-architecture 2>/dev/null || true)"
  case "$machine:$programs" in
    x86_64:amd64 | aarch64:arm64 | x86_64: | aarch64:) ;;
    *) wrong+=("this system is not 64-bit (kernel $machine, programs ${programs:-unknown}); write \"Raspberry Pi OS (64-bit)\" to the card with Raspberry Pi Imager") ;;
  esac
}

# room PLACE MEGABYTES: that much has to be free where PLACE will lie.
room() {
  local place="$1" free
  while [[ ! -d $place ]]; do place="$(dirname -- "$place")"; done
  free="$(df --output=avail -m -- "$place" | tail -n 1)"
  ((free >= $2)) || wrong+=("only $((free)) MB are free for ${1#"$at"}, and $2 MB are needed; remove something, or take a larger card")
}

check_machine() {
  [[ -n $dry || $(id -u) == 0 ]] || wrong+=("this needs root; run: sudo $0")
  check_width
  check_system
  if live; then [[ -d /run/systemd/system ]] || wrong+=('systemd does not run here, and it is what keeps the hub up; boot the system with it'); fi
  # A release is 350 MB, twice that while it is built, and the one before is kept.
  built "$(version_here)" || current >/dev/null || room "$home" 1200
  room "$data" 300
  ((${#wrong[@]})) || return 0
  say 'nothing was changed:'
  printf '  - %s\n' "${wrong[@]}" >&2
  exit 1
}

# ---- the steps -----------------------------------------------------------------------------------------------------------

# Programs that are called, as COMMAND:PACKAGE. Node comes along as a package where Debian's is too old; npm fetches it.
needed_programs() {
  printf '%s\n' flock:util-linux runuser:util-linux setpriv:util-linux tar:tar
  if ! current >/dev/null && packages_stale; then printf '%s\n' npm:npm; fi
  if grep -qs rtl_433 "$config"; then printf '%s\n' rtl_433:rtl-433; fi
}

step_packages() {
  live || return 0
  local tool missing=()
  for tool in $(needed_programs); do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
  done
  if ((${#missing[@]} == 0)); then
    same 'packages of the system'
    return
  fi
  act "packages of the system: ${missing[*]}" install_debian_packages "${missing[@]}"
}

install_debian_packages() {
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } </dev/null >/dev/null ||
    die "apt could not install $*; look at the network and at apt-get update, then run this again"
}

has_group() { grep -qs "^$1:" "$at/etc/group"; }
has_user() { grep -qs '^lantern:' "$at/etc/passwd"; }

# In a folder the files of users are the folder's own.
prefix=()
prepare_folder() {
  live && return 0
  prefix=(--prefix "$at")
  [[ -z $dry ]] || return 0
  mkdir -p "$at/etc"
  umask 022
  local file
  for file in passwd group shadow gshadow; do [[ -e $at/etc/$file ]] || : >"$at/etc/$file"; done
}

step_user() {
  if has_group gpio; then same 'group gpio'; else act 'group gpio, for pins' groupadd "${prefix[@]}" --system gpio; fi
  if has_user; then
    same 'user lantern'
  else
    act 'user lantern, who can log in nowhere' useradd "${prefix[@]}" --system --user-group --no-create-home \
      --home-dir /var/lib/lantern --shell /usr/sbin/nologin lantern
  fi
  local group
  for group in gpio dialout plugdev; do
    if has_group "$group" && ! grep -qsE "^$group:.*[:,]lantern(,|$)" "$at/etc/group"; then
      act "lantern may use what the group $group may" usermod "${prefix[@]}" --append --groups "$group" lantern
    fi
  done
}

ids_of_user() { sed -n 's/^lantern:[^:]*:\([0-9]*\):\([0-9]*\):.*/\1:\2/p' "$at/etc/passwd" 2>/dev/null || true; }

# folder PATH MODE OWNER
folder() {
  local path="$1" mode="$2" owner="$3"
  # Below a folder of the hub's user a link could lead root, and with it what is handed to the hub, to anything.
  [[ ! -L $path ]] || die "${path#"$at"} is a link, and has to be a folder; take it away, then run this again"
  if [[ -d $path && "$(stat -c %a:%u:%g -- "$path")" == "${mode#0}:$owner" ]]; then
    same "${path#"$at"}"
    return
  fi
  act "${path#"$at"} ($mode)" make_folder "$path" "$mode" "$owner"
}

make_folder() {
  mkdir -p -- "$1"
  chmod "$2" -- "$1"
  chown "$3" -- "$1"
}

step_folders() {
  local owner
  owner="$(ids_of_user)"
  folder "$home/releases" 0755 0:0
  folder "$etc" 0700 "${owner:-lantern}"
  # The hub is handed its secrets by systemd; its user cannot read them here.
  folder "$credentials" 0700 0:0
  folder "$data" 0700 "${owner:-lantern}"
}

step_pins() {
  # Raspberry Pi OS has the same rule already.
  if put "$at/etc/udev/rules.d/60-lantern.rules" 0644 <<'RULES'; then
# Chips of pins belong to the group gpio, and so to the hub.
SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
RULES
    # What udev is not told now it reads at the next boot.
    if live && [[ -z $dry ]]; then { udevadm control --reload && udevadm trigger --subsystem-match=gpio; } 2>/dev/null || true; fi
  fi
}

current() { [[ -e $home/current/dist/.built ]] && readlink -- "$home/current"; }
built() { [[ -e $home/releases/$1/dist/.built ]]; }
version_here() { sed -n 's/^  "version": "\(.*\)",$/\1/p' "$ROOT/package.json"; }

step_release() {
  local name there
  name="$(version_here)"
  if there="$(current)"; then
    same "version ${there##*/}"
    case "$ROOT/" in
      "$home"/releases/*) ;;
      *) tell '' "to put the version of $ROOT in its place: sudo lantern upgrade --from $ROOT" ;;
    esac
    return
  fi
  act "version $name in /opt/lantern/releases" make_release "$name"
}

make_release() {
  local draft="$home/releases/.draft"
  if ! built "$1"; then
    rm -rf -- "$draft"
    mkdir -p -- "$draft"
    tar -C "$ROOT" --exclude=./.git --exclude=./.lantern --exclude=./coverage --exclude=./releases --exclude=./current \
      --exclude=./previous --exclude=./dist/.compiled -cf - . | tar -C "$draft" --no-same-owner -xf - ||
      die "the files could not be copied to ${home#"$at"}; look at what is free there with df -h, then run this again"
    "$draft/scripts/box/finish"
    sync
    mv -- "$draft" "$home/releases/$1"
  fi
  ln -sfn -- "releases/$1" "$home/.current"
  mv -T -- "$home/.current" "$home/current"
}

step_programs() {
  put "$at/usr/local/bin/lantern" 0755 <"$ROOT/scripts/box/lantern" || true
  put "$home/settle" 0755 <"$ROOT/scripts/box/settle" || true
}

changed=''

step_unit() {
  put "$units/lantern.service" 0644 <"$ROOT/systemd/lantern.service" && changed=yes
  wires_of_house
  credentials_of_house
}

# What the house has on wires, as its config says. While there is none it is being fitted, and whatever is wired may be used.
wires_of_house() {
  local file="$units/lantern.service.d/wires.conf" text
  if [[ ! -f $config ]]; then
    put "$file" 0644 <"$ROOT/systemd/wires.conf" && changed=yes
    tell '' 'there is no config yet, so the hub may use every kind of wire; run this again once the house is fitted'
  elif text="$(of_house unit --config "$config" 2>/dev/null)"; then
    put "$file" 0644 <<<"$text" && changed=yes
  else
    tell '' "the config is refused, so what the hub may use stays as it was; lantern check --config ${config#"$at"} says why"
  fi
  return 0
}

# The installed command opens credentials that are encrypted, as systemd does; in a folder they are taken as they lie.
of_house() {
  if live && [[ -x /usr/local/bin/lantern ]]; then
    /usr/local/bin/lantern "$@"
  else
    CREDENTIALS_DIRECTORY="$credentials" "$home/current/scripts/lantern" "$@"
  fi
}

credentials_of_house() {
  local file="$units/lantern.service.d/credentials.conf" path name lines=''
  for path in "$credentials"/*; do
    name="${path##*/}"
    [[ -f $path ]] || continue
    if [[ ! $name =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$ ]]; then
      tell '' "${path#"$at"} has a name that is none for a secret; use letters, digits, \"_\", \"-\" and \".\""
    elif [[ $name == *.cred ]]; then
      lines+="LoadCredentialEncrypted=${name%.cred}:${path#"$at"}"$'\n'
    else
      lines+="LoadCredential=$name:${path#"$at"}"$'\n'
    fi
  done
  if [[ -n $lines ]]; then
    put "$file" 0644 <<<"# Secrets that lie in /etc/lantern/credentials, written by scripts/install.sh."$'\n'"[Service]"$'\n'"${lines%$'\n'}" && changed=yes
  elif [[ -f $file ]]; then
    act "${file#"$at"} is gone, as there are no credentials" rm -f -- "$file" && changed=yes
  fi
  return 0
}

step_service() {
  if ! live || [[ -n $dry ]]; then
    tell '' 'the service is not started'
    return
  fi
  systemctl daemon-reload
  systemctl is-enabled --quiet lantern || act 'the service starts with the machine' systemctl enable --quiet lantern
  if [[ ! -f $config && ! -f $data/accepted.json ]]; then
    cat <<NEXT

Installed. There is no config yet, so the hub is not started. Next, with the referral of this home ("lantern provision form"
prints one to fill in):

  sudo lantern provision start --referral FILE --config /etc/lantern/config.yaml --data /var/lib/lantern
  sudo systemctl start lantern
  sudo lantern provision --data /var/lib/lantern

For a home that is described already: put its config into /etc/lantern/config.yaml, and run this again.
NEXT
    return
  fi
  if ! systemctl is-active --quiet lantern; then
    act 'the service' start_service
  elif [[ -n $changed ]]; then
    if runuser -u lantern -- "$home/current/scripts/lantern" restart --data "$data"; then
      tell new 'the service starts again with the new unit'
    else
      tell '' 'the new unit holds from the next start on: sudo lantern restart --data /var/lib/lantern, once the panel is disarmed'
    fi
  else
    same 'the service'
  fi
}

start_service() {
  systemctl start lantern && return
  journalctl --no-pager --lines=15 --unit=lantern --output=cat >&2 || true
  die 'the hub did not become ready, and is tried again every second; what it said last is above. sudo lantern check --config /etc/lantern/config.yaml looks at the config'
}

# ---- away with it ----------------------------------------------------------------------------------------------------------

uninstall() {
  [[ -n $dry || $(id -u) == 0 ]] || die "this needs root; run: sudo $0 --uninstall"
  if [[ -f $data/phase.json ]] && ! grep -q '"disarmed"' "$data/phase.json"; then
    die 'the panel is armed; disarm it first, then run this again'
  fi
  if live; then act 'the service is stopped' stop_service; fi
  act 'unit, rules and commands' rm -rf -- "$units/lantern.service" "$units/lantern.service.d" \
    "$at/etc/udev/rules.d/60-lantern.rules" "$at/usr/local/bin/lantern"
  act '/opt/lantern' rm -rf -- "$home"
  local kept=() place
  for place in "$etc" "$data"; do
    if [[ -n "$(find "$place" -mindepth 1 ! -path "$credentials" -print -quit 2>/dev/null)" ]]; then
      kept+=("${place#"$at"}")
      # The number of a user who is gone can become somebody else's.
      act "${place#"$at"} stays, and belongs to root now" chown -R 0:0 -- "$place"
    elif [[ -d $place ]]; then
      act "${place#"$at"}, which is empty" rm -rf -- "$place"
    fi
  done
  if has_user; then act 'user lantern' userdel "${prefix[@]}" lantern; fi
  if live && [[ -z $dry ]]; then systemctl daemon-reload; fi
  if ((${#kept[@]})); then
    tell '' "still here: ${kept[*]}. \`lantern remove\` wipes them and proves it; install again to run it"
  fi
}

stop_service() { systemctl disable --now --quiet lantern 2>/dev/null || true; }

# Read to its end before anything is done: the folder that this file lies in may be gone by then.
main() {
  prepare_folder
  if [[ $work == uninstall ]]; then
    uninstall
    return
  fi
  check_machine
  step_packages
  step_user
  step_folders
  step_pins
  step_release
  step_programs
  step_unit
  step_service
}

main
exit
