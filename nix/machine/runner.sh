usage() {
  cat <<EOF
Boot $name in QEMU, its serial console in this terminal.

usage: nix run .#$app -- [--port PORT] [--memory MB] [QEMU OPTION…]

  --port PORT    the port of this machine that leads to port 80 of the other (default: 8080, or the next
                 one that is free)
  --memory MB    its memory, in units of 1,048,576 bytes (default: 128)
  --help         this text

Everything else is handed to QEMU as it is, such as -snapshot or -device virtio-rng-pci.
Ctrl-C or Ctrl-A X ends it. Where all programs are jobs and have ended, the exit status is theirs: that of the
first that failed. It is 70 where the kernel or init gave up.
EOF
}

fail() {
  echo "$name-$app: $*" >&2
  exit 1
}

# number OPTION VALUE LOWEST HIGHEST: the value without zeros before it, in $number
number() {
  if [[ $2 =~ ^[0-9]{1,9}$ ]]; then
    number=$((10#$2))
    if ((number >= $3 && number <= $4)); then return; fi
  fi
  fail "$1 takes a number from $3 to $4, not '$2'"
}

# Nobody answers on a port that is free, and nobody else may bind one that is taken.
port_is_taken() {
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

port='' memory=128 options=()
while (($#)); do
  case $1 in
    --help)
      usage
      exit
      ;;
    --port=* | --memory=*)
      set -- "${1%%=*}" "${1#*=}" "${@:2}"
      ;;
    --port)
      number --port "${2:-}" 1 65535
      port=$number
      shift 2
      ;;
    --memory)
      # with less not even the boot loader says what is wrong; QEMU takes 0 for its default
      number --memory "${2:-}" 4 9999999
      memory=$number
      shift 2
      ;;
    *)
      options+=("$1")
      shift
      ;;
  esac
done

if [[ $port ]]; then
  if port_is_taken "$port"; then
    fail "port $port is taken: end what listens there, or choose another with --port"
  fi
else
  port=8080
  while port_is_taken "$port"; do
    ((port < 8180)) || fail "the ports 8080 to 8179 are all taken: choose one with --port"
    port=$((port + 1))
  done
  if ((port != 8080)); then
    echo "$name-$app: port 8080 is taken, so it is $port"
  fi
fi

# A hypervisor may hand its guests a /dev/kvm without the processor's help for it; what runs there is not
# worth waiting for, or does not run at all.
accelerator=tcg
if [[ ! -e /dev/kvm ]]; then
  echo "$name-$app: no /dev/kvm here, so by software emulation, which is slower"
elif [[ ! -w /dev/kvm ]]; then
  echo "$name-$app: no permission for /dev/kvm, so by software emulation, which is slower: join the group kvm"
elif ! [[ $(</proc/cpuinfo) =~ [[:space:]](vmx|svm)[[:space:]] ]]; then
  echo "$name-$app: /dev/kvm without a processor that supports it (vmx or svm), so by software emulation, which is slower"
else
  accelerator=kvm
fi

echo "$name-$app: when it is up: curl http://localhost:$port   (Ctrl-C ends it)"

# What the console says of the machine's end, as an exit status. The lines of programs have their names in front.
# A machine that can't power itself off has nothing more to say after that, and is switched off here, when the others would
# have ended: the log and the network may take 5 s.
exit_status() {
  local line status=0 wait=() stamp='^\[[ 0-9.]+\] '
  local end="${stamp}init: exit status ([0-9]+), " failure="^(\[[ 0-9.]+\] )?(Kernel panic - not syncing|init: bug in init): "
  while IFS= read -r "${wait[@]}" line || (($? > 128)); do
    if [[ $line =~ $end ]]; then
      status=${BASH_REMATCH[1]} wait=(-t 8)
    elif ((${#wait[@]})) && [[ ! $line ]]; then
      kill -USR1 $$
      wait=()
    fi
    if [[ $line =~ $failure ]]; then status=70; fi
  done
  return "$status"
}
qemu=''
trap 'if [[ $qemu ]]; then kill "$qemu" 2>/dev/null; fi' INT TERM HUP USR1
exec 3> >(exit_status)
watcher=$!

# -cpu max has random numbers, which the kernel would otherwise be without for a while, whether emulated or the host's.
# -nographic would send Ctrl-C into the machine; here it ends QEMU, and Ctrl-A X does so too.
qemu-system-x86_64 \
  "${machine[@]}" -cpu max -accel "$accelerator" -m "$memory" -no-reboot -display none \
  -chardev stdio,id=console,mux=on,signal=on,logfile=/dev/fd/3 -serial chardev:console -mon chardev=console \
  -netdev "user,id=cable,hostfwd=tcp:127.0.0.1:$port-:80" -device "$card,netdev=cable" "${options[@]}" <&0 &
qemu=$!
exec 3>&-
# a signal interrupts the wait, not QEMU's own end
status=0
while kill -0 "$qemu" 2>/dev/null; do
  status=0
  wait "$qemu" || status=$?
done
((status == 0)) || exit "$status"
wait "$watcher"
