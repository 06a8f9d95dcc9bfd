//! What server programs expect of a machine, one by one: `expects NAME: ok`, or what happened instead. Each line is a
//! promise of docs/reference/program-contract.md.
#![expect(unsafe_code, reason = "raw system calls")]

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

type Check = (&'static str, fn() -> Result<(), String>);

const CHECKS: &[Check] = &[
    ("/dev/stdout", || write_to("/dev/stdout")),
    ("/dev/stderr", || write_to("/dev/stderr")),
    ("/dev/stdin", || read("/dev/stdin").map(drop)),
    ("/dev/fd", || write_to("/dev/fd/1")),
    ("/proc/self/fd/1", || write_to("/proc/self/fd/1")),
    ("/dev/shm", shared_memory),
    ("localhost", || resolves("localhost", "127.0.0.1")),
    ("the machine's name", || resolves("probe-1", "127.0.1.1")),
    ("/etc/hosts", || contains("/etc/hosts", "localhost")),
    ("/etc/hostname", || contains("/etc/hostname", "probe-1\n")),
    ("/etc/passwd", || contains("/etc/passwd", "\nprobe:x:")),
    ("/etc/group", || contains("/etc/group", "\nprobe:x:")),
    ("/etc/nsswitch.conf", || {
        contains("/etc/nsswitch.conf", "hosts: files dns")
    }),
    ("/etc/services", || {
        contains("/etc/services", "https 443/tcp")
    }),
    ("/etc/protocols", || contains("/etc/protocols", "udp 17")),
    ("/etc/os-release", || contains("/etc/os-release", "ID=")),
    ("an environment", environment),
    ("a home", home),
    ("its working directory", || {
        equal(&std::env::current_dir(), "/var/lib/probe")
    }),
    ("a place to write to", place),
    ("/var/tmp", || fs::write("/var/tmp/x", "x").map_err(said)),
    ("inotify", inotify),
    ("AIO", aio),
    ("System V shared memory", system_v),
    ("POSIX message queues", message_queue),
    ("pseudo terminals", pseudo_terminal),
    ("Landlock", landlock),
    ("io_uring", io_uring),
    ("smaps", || contains("/proc/self/smaps", "Rss:")),
    ("control groups", control_group),
    ("pressure", || contains("/proc/pressure/memory", "some")),
    ("unprivileged ping", ping),
    ("IPv6 sockets", || {
        TcpListener::bind("[::]:8086").map(drop).map_err(said)
    }),
    ("IPv4 on an IPv6 socket", dual_stack),
    // which the kernel has off where there are less than 512 MB
    ("large pages", || {
        contains("/sys/kernel/mm/transparent_hugepage/enabled", "madvise")
    }),
    ("its capability", raw_socket),
    ("its limits", limits),
    ("a sysctl", || contains("/proc/sys/vm/swappiness", "10\n")),
];

pub fn everything() {
    let mut missing = 0;
    for (name, check) in CHECKS {
        match check() {
            Ok(()) => println!("expects {name}: ok"),
            Err(what) => {
                missing += 1;
                println!("expects {name}: {what}");
            }
        }
    }
    println!("{} expectations: {missing} not met", CHECKS.len());
    // for who looks at it from outside
    loop {
        std::thread::park();
    }
}

fn said(error: impl Display) -> String {
    error.to_string()
}

fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    File::open(path)
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(said)?;
    Ok(text)
}

fn write_to(path: &str) -> Result<(), String> {
    let mut file = OpenOptions::new().write(true).open(path).map_err(said)?;
    writeln!(file, "written to {path}").map_err(said)
}

fn contains(path: &str, wanted: &str) -> Result<(), String> {
    let text = read(path)?;
    match text.contains(wanted) {
        true => Ok(()),
        false => Err(format!("no {wanted:?} in {text:?}")),
    }
}

fn equal(found: &io::Result<std::path::PathBuf>, wanted: &str) -> Result<(), String> {
    match found {
        Ok(path) if path == Path::new(wanted) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn resolves(name: &str, wanted: &str) -> Result<(), String> {
    let found: Vec<_> = (name, 80).to_socket_addrs().map_err(said)?.collect();
    match found.iter().any(|it| it.ip().to_string() == wanted) {
        true => Ok(()),
        false => Err(format!("{found:?}")),
    }
}

/// What a system call returns, as a result.
fn result(value: libc::c_long) -> Result<libc::c_long, String> {
    match value {
        -1 => Err(said(io::Error::last_os_error())),
        value => Ok(value),
    }
}

fn shared_memory() -> Result<(), String> {
    // SAFETY: the name ends in a zero.
    let file = unsafe { libc::shm_open(c"/probe".as_ptr(), libc::O_RDWR | libc::O_CREAT, 0o600) };
    result(file.into()).map(drop)
}

fn environment() -> Result<(), String> {
    for (name, wanted) in [
        ("USER", "probe"),
        ("HOME", "/home/probe"),
        ("TMPDIR", "/tmp"),
        ("HOSTNAME", "probe-1"),
        ("GREETING", "hello \"world\"\n"),
        ("FROM_THE_LAYER", "a secret"),
    ] {
        let value = std::env::var(name).map_err(|error| format!("{name}: {error}"))?;
        if value != wanted {
            return Err(format!("{name} is {value:?}"));
        }
    }
    std::env::var("PATH").map(drop).map_err(said)
}

fn home() -> Result<(), String> {
    fs::write("/home/probe/x", "x").map_err(said)?;
    let mode = fs::metadata("/home/probe")
        .map_err(said)?
        .permissions()
        .mode()
        & 0o777;
    match (mode, fs::read_dir("/home/hello")) {
        (0o700, Err(_)) => Ok(()),
        (mode, others) => Err(format!("its mode is {mode:o}, hello's: {others:?}")),
    }
}

fn place() -> Result<(), String> {
    fs::write("/var/lib/probe/x", vec![0; 100_000]).map_err(said)?;
    match fs::write("/var/lib/probe/y", vec![0; 2 << 20]) {
        Err(error) if error.raw_os_error() == Some(libc::ENOSPC) => Ok(()),
        other => Err(format!("2 MB in 1 MB: {other:?}")),
    }
}

fn inotify() -> Result<(), String> {
    // SAFETY: it takes a number.
    let queue = result(unsafe { libc::inotify_init1(libc::IN_NONBLOCK) }.into())?;
    let queue = queue as libc::c_int;
    // SAFETY: the path ends in a zero.
    let watch = unsafe { libc::inotify_add_watch(queue, c"/tmp".as_ptr(), libc::IN_CREATE) };
    result(watch.into())?;
    let _ = fs::remove_file("/tmp/new");
    fs::write("/tmp/new", "").map_err(said)?;
    let mut event = [0u8; 4096];
    // SAFETY: the buffer is as long as is said.
    let length = unsafe { libc::read(queue, event.as_mut_ptr().cast(), event.len()) };
    result(length as libc::c_long).map(drop)
}

fn aio() -> Result<(), String> {
    let mut context: libc::c_ulong = 0;
    // SAFETY: it writes to `context` alone.
    result(unsafe { libc::syscall(libc::SYS_io_setup, 8, &raw mut context) }).map(drop)
}

fn system_v() -> Result<(), String> {
    // SAFETY: all arguments are numbers.
    let segment = result(unsafe { libc::shmget(libc::IPC_PRIVATE, 4096, 0o600) }.into())?;
    // SAFETY: no address is asked for.
    let address = unsafe { libc::shmat(segment as libc::c_int, std::ptr::null(), 0) };
    result(address as libc::c_long)?;
    // SAFETY: all arguments are numbers.
    result(unsafe { libc::semget(libc::IPC_PRIVATE, 1, 0o600) }.into()).map(drop)
}

fn message_queue() -> Result<(), String> {
    let flags = libc::O_RDWR | libc::O_CREAT;
    // SAFETY: the name ends in a zero; without attributes the kernel has its own.
    let queue = unsafe {
        libc::mq_open(
            c"/probe".as_ptr(),
            flags,
            0o600 as libc::c_uint,
            std::ptr::null::<libc::mq_attr>(),
        )
    };
    result(queue.into())?;
    fs::metadata("/dev/mqueue/probe").map(drop).map_err(said)
}

fn pseudo_terminal() -> Result<(), String> {
    let open = |path: &str| {
        let mut options = OpenOptions::new();
        // as a leader of a session it would get its first terminal as the one that controls it
        options.read(true).write(true).custom_flags(libc::O_NOCTTY);
        options.open(path).map_err(said)
    };
    let main = open("/dev/ptmx")?;
    let unlocked: libc::c_int = 0;
    // SAFETY: it reads the number.
    let result_ =
        unsafe { libc::ioctl(main.as_raw_fd(), libc::TIOCSPTLCK as _, &raw const unlocked) };
    result(result_.into())?;
    let mut number: libc::c_uint = 0;
    // SAFETY: it writes the number.
    let result_ = unsafe { libc::ioctl(main.as_raw_fd(), libc::TIOCGPTN as _, &raw mut number) };
    result(result_.into())?;
    open(&format!("/dev/pts/{number}")).map(drop)
}

fn landlock() -> Result<(), String> {
    const VERSION: libc::c_uint = 1;
    // SAFETY: asked for its version, it reads nothing.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0,
            VERSION,
        )
    };
    result(version).map(drop)
}

fn io_uring() -> Result<(), String> {
    // struct io_uring_params
    let mut parameters = [0u32; 30];
    // SAFETY: it writes into the parameters, which are as long as the kernel has them.
    result(unsafe { libc::syscall(libc::SYS_io_uring_setup, 4, parameters.as_mut_ptr()) }).map(drop)
}

fn control_group() -> Result<(), String> {
    contains("/proc/self/cgroup", "0::/probe\n")?;
    let limit = read("/sys/fs/cgroup/probe/memory.max")?;
    if limit != "67108864\n" {
        return Err(format!("the limit is {limit:?}"));
    }
    match fs::write("/sys/fs/cgroup/probe/memory.max", "max") {
        Err(_) => Ok(()),
        Ok(()) => Err("it could lift its limit".into()),
    }
}

fn ping() -> Result<(), String> {
    // SAFETY: all arguments are numbers.
    result(unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM, libc::IPPROTO_ICMP) }.into())
        .map(drop)
}

fn dual_stack() -> Result<(), String> {
    let listener = TcpListener::bind("[::]:8087").map_err(said)?;
    let _client = TcpStream::connect("127.0.0.1:8087").map_err(said)?;
    let (_, from) = listener.accept().map_err(said)?;
    let _ = UdpSocket::bind("[::1]:0").map_err(said)?;
    match from.ip().to_string().as_str() {
        "::ffff:127.0.0.1" => Ok(()),
        other => Err(other.to_owned()),
    }
}

fn raw_socket() -> Result<(), String> {
    // SAFETY: all arguments are numbers.
    result(unsafe { libc::socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP) }.into())
        .map(drop)
}

fn limits() -> Result<(), String> {
    let limits = read("/proc/self/limits")?;
    let has = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.windows(2).any(|it| it == ["files", "5000"])
    };
    if !limits.lines().any(has) {
        return Err(limits);
    }
    let user = fs::metadata("/proc/self").map_err(said)?.uid();
    match user {
        33 => Ok(()),
        user => Err(format!("it is user {user}")),
    }
}
