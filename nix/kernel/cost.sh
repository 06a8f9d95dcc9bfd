usage() {
  cat <<END
How many bytes of bzImage an option of the kernel costs, on top of nix/kernel/kernel.config.

usage: nix run .#kernel-cost -- OPTION…

  CONFIG_X                    without it if it is on, with it (=y) if it is off
  CONFIG_X=VALUE              with that value
  '# CONFIG_X is not set'     without it

The first run compiles the whole kernel and keeps its objects in the Nix store; after that, what an option changes.
END
}

[[ $# -gt 0 && $1 != --help ]] || {
  usage
  exit $(($# == 0))
}

# build ATTRIBUTE LINE: its output's path, of the flake's packages: no user's configuration and overlays count
build() {
  nix-build --no-out-link -A "$1" --argstr line "$2" --expr \
    "{ line }: (import $sources/scope.nix (callPackage: import $path { system = \"x86_64-linux\"; config = { }; overlays = [ ]; } // { mkKernel = callPackage $sources/kernel { }; })).callPackage $sources/kernel/cost-of.nix { } line" 2>"$log" || {
    cat "$log" >&2
    fail "'$2' could not be built: see above"
  }
}

fail() {
  echo "kernel-cost: $*" >&2
  exit 1
}

# typos are best told before anything is compiled
for line; do
  [[ $line =~ ^(CONFIG_[A-Za-z0-9_]+(=.+)?|'# CONFIG_'[A-Za-z0-9_]+' is not set')$ ]] ||
    fail "'$line' is no option: give CONFIG_X, CONFIG_X=VALUE or '# CONFIG_X is not set'"
  plan=$(build plan "$line")
  [[ ! -e $plan/refused ]] || fail "$(<"$plan/refused")"
done
for line; do
  cat "$(build cost "$line")"
done
