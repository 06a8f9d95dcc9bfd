usage() {
  cat <<EOF
Build what the image is made of again, each time under another condition, and compare to the byte.

usage: nix run .#reproduce -- [--kernel] [--condition CONDITION]… [NAME…]

  NAME           what to build again: $(names | paste -sd' ')
                 (default: all of them but the kernel)
  --kernel       the kernel too, which takes minutes each time
  --condition    one of ${conditions[*]}
                 (default: all of them)
  --help         this text

It is for root, with a Nix that builds by itself (NIX_REMOTE=local): what a daemon builds knows nothing of how this
was called. For each condition it first asks a probe what builds see of it.
EOF
}

fail() {
  echo "reproduce: $*" >&2
  exit 1
}

# What varies, and what of it a build has to see: "must" is another thing inside; what is "kept out" by Nix or the
# foundation, on one of them at least, is shown to be kept out.
conditions=(again cores-1 cores-2 time order release links path user umask locale)
declare -A looks_at=([cores-1]=cores [cores-2]=cores [time]=time [order]=order [release]=release [links]=links
  [path]=path [user]=user [umask]=umask [locale]=locale)
declare -A must=([cores-1]=1 [cores-2]=1 [time]=1 [order]=1 [release]=1 [links]=1)

names() { cut -d' ' -f1 "$table"; }

chosen=() chosen_conditions=() kernel=''
while (($#)); do
  case $1 in
    --help)
      usage
      exit
      ;;
    --kernel) kernel=1 ;;
    --condition)
      [[ " ${conditions[*]} " == *" ${2:-} "* ]] || fail "there is no condition '${2:-}': there are ${conditions[*]}"
      chosen_conditions+=("$2")
      shift
      ;;
    -*) fail "there is no option '$1': see --help" ;;
    *)
      names | grep -qxF -- "$1" || fail "there is no '$1' to build again: there are $(names | paste -sd' ')"
      chosen+=("$1")
      ;;
  esac
  shift
done
if ((${#chosen[@]} == 0)); then
  mapfile -t chosen < <(names | grep -vx kernel)
fi
if [[ $kernel && " ${chosen[*]} " != *" kernel "* ]]; then
  chosen+=(kernel)
fi
((${#chosen_conditions[@]})) || chosen_conditions=("${conditions[@]}")

((EUID == 0)) || fail "this is for root: mounts and build users are made for the builds"
for tool in nix-store unshare setarch mount; do
  command -v "$tool" >/dev/null || fail "there is no $tool here: install it"
done
export NIX_REMOTE=local

work=$(mktemp -d)
links=''
store_belongs_to=$(stat -c '%u:%g %a' /nix/store)
trap 'rm -rf "$work" ${links:+"$links"}; give_back_store' EXIT
chmod 755 "$work"

# Everything in the store that a build can read.
inputs() {
  local reference
  nix-store --query --references "$1" | while read -r reference; do
    [[ $reference != *.drv ]] || reference=$(nix-store --query --outputs "$reference")
    # of several outputs not all need be there
    for reference in $reference; do
      [[ ! -e $reference ]] || nix-store --query --requisites "$reference"
    done
  done | sort -u
}

# The root file system that a derivation changes into, as those of nix/foundations/debian do.
is_root() {
  [[ -e $1/usr/lib64/ld-linux-x86-64.so.2 ]]
}

# What /etc/ld.so.preload of the build has to say is put there by a mount that only the builds see: over /etc of the
# root file systems that derivations change into, and, for a loader of nixpkgs, into Nix's sandbox.
preloaded() { # LIBRARY DERIVATION COMMAND…
  local library=$1 derivation=$2 root etc
  shift 2
  for root in $(inputs "$derivation"); do
    is_root "$root" || continue
    etc=$work/${root##*/}
    if [[ ! -e $etc ]]; then
      cp -a "$root/etc" "$etc"
      chmod u+w "$etc"
    fi
    cp "$library" "$etc/preload.so"
    echo /etc/preload.so >"$etc/ld.so.preload"
    printf 'mount --bind %q %q\n' "$etc" "$root/etc"
  done >"$work/mounts"
  # Never a file of the store itself: Nix would make room for the mount, and truncate it.
  cp "$library" "$work/preload.so"
  echo /etc/preload.so >"$work/ld-nix.so.preload"
  # shellcheck disable=SC2016 # the inner shell expands it
  unshare --mount bash -c 'source "$1" && exec "${@:2}"' - "$work/mounts" "$@" \
    --option extra-sandbox-paths "/etc/ld-nix.so.preload=$work/ld-nix.so.preload /etc/preload.so=$work/preload.so"
}

# Nix gives the store to its build users' group.
give_back_store() {
  local owner mode
  if [[ $(stat -c '%u:%g %a' /nix/store) != "$store_belongs_to" ]]; then
    read -r owner mode <<<"$store_belongs_to"
    chown "$owner" /nix/store
    chmod "$mode" /nix/store
  fi
}

# A build user, of a group that only the builds' Nix sees.
as_build_user() {
  local it status=0
  for it in passwd group; do
    cp "/etc/$it" "$work/$it"
  done
  echo 'reproduce:x:54321:54321::/:/bin/false' >>"$work/passwd"
  echo 'reproduce:x:54321:reproduce' >>"$work/group"
  # shellcheck disable=SC2016
  unshare --mount bash -c 'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && exec "${@:2}"' \
    - "$work" "$@" --option build-users-group reproduce || status=$?
  give_back_store
  return "$status"
}

# Every file that the build can read gets a second name for as long as it builds, as in a store that was optimised.
linked() { # DERIVATION COMMAND…
  local derivation=$1 path status=0
  shift
  links=$(mktemp -d /nix/reproduce-XXXXXX)
  for path in $(inputs "$derivation"); do
    # of what the tools are made of nothing goes into an image
    is_root "$path" || cp -al "$path" "$links/"
  done
  "$@" || status=$?
  rm -rf "$links"
  links=''
  return "$status"
}

# build CONDITION DERIVATION: once more, to be compared with what is there.
build() {
  local command=(nix-store --realise --check --keep-failed --option sandbox true --option substitute false "$2")
  # root without build users builds by itself
  [[ $1 == user ]] || command+=(--option build-users-group '')
  case $1 in
    again) "${command[@]}" ;;
    cores-*) "${command[@]}" --option cores "${1#cores-}" ;;
    time | order) preloaded "$preload/$1.so" "$2" "${command[@]}" ;;
    release) setarch x86_64 --uname-2.6 "${command[@]}" ;;
    links) linked "$2" "${command[@]}" ;;
    path) "${command[@]}" --option sandbox-build-dir /another/directory/to/build/in ;;
    user) as_build_user "${command[@]}" ;;
    umask) (umask 077 && "${command[@]}") ;;
    locale) LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati "${command[@]}" ;;
  esac
}

# seen CONDITION WHAT: what the probe sees of it. The probe is as irreproducible as can be: it writes down what it
# sees, so if that is not what it saw when it was first built, the comparison has to find it.
seen() {
  local now
  if ! build "$1" "$probe" >"$work/probe" 2>&1 && ! differs "$work/probe"; then
    cat "$work/probe" >&2
    fail "the probe could not be built under the condition '$1': see above"
  fi
  now=$(sed -n "s/^probe: $2 //p" "$work/probe")
  [[ $now ]] || fail "the probe said nothing of '$2'"
  if ! grep -qxF -- "$2 $now" "$probe_output" && ! differs "$work/probe"; then
    fail "the probe wrote down another '$2' under the condition '$1', and nobody found it: is this Nix's --check broken?"
  fi
  rm -rf "$probe_output.check"
  echo "$now"
}

differs() { # LOG
  grep -q 'may not be deterministic' "$1"
}

# explain PATH: how PATH and PATH.check differ
explain() {
  local status=0
  # as much as somebody reads; of metadata Nix keeps only whether a file is executable
  diffoscope --no-progress --max-text-report-size 20000 --max-diff-block-lines 30 \
    --max-page-diff-block-lines 30 --exclude-directory-metadata recursive "$1" "$1.check" >"$work/differences" || status=$?
  case $status in
    0) echo "    the contents of $1 and $1.check are the same: which of them is executable must differ" ;;
    1) sed 's/^/    /' "$work/differences" ;;
    *) echo "    diffoscope could not compare $1 and $1.check: see its message" ;;
  esac
}

failed=0
for condition in "${chosen_conditions[@]}"; do
  told=$condition
  if [[ ${looks_at[$condition]-} ]]; then
    usually=$(seen again "${looks_at[$condition]}")
    now=$(seen "$condition" "${looks_at[$condition]}")
    if [[ $condition == cores-* ]]; then
      [[ $now == "${condition#cores-}" ]] || fail "builds see $now cores, and should ${condition#cores-}"
      told+=" (builds see $now)"
    elif [[ $now != "$usually" ]]; then
      told+=" (builds see '$now' instead of '$usually')"
    elif [[ ${must[$condition]-} ]]; then
      fail "builds see nothing of the condition '$condition': still '$now'; so nothing would be proved"
    else
      told+=" (kept out of builds, which see '$now')"
    fi
  fi
  echo "reproduce: $told"
  for name in "${chosen[@]}"; do
    read -r _ derivation output < <(grep "^$name " "$table")
    if build "$condition" "$derivation" >"$work/log" 2>&1; then
      echo "  $name: the same"
    elif differs "$work/log"; then
      failed=1
      echo "  $name: DIFFERS under the condition '$condition' ($derivation)"
      explain "$output"
    else
      failed=1
      echo "  $name: could not be built under the condition '$condition' ($derivation):"
      tail -n 20 "$work/log" | sed 's/^/    /'
    fi
  done
done
if ((failed)); then
  fail "not everything could be reproduced: see above"
fi
echo "reproduce: ${chosen[*]}: the same bytes under ${#chosen_conditions[@]} conditions"
